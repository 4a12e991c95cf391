/** The private keys of the lab's Okta apps, as an administrator would copy them from the console. They open nothing but the lab. */
export const labOktaKeys = {
  read: jwk(
    "lab-okta-read",
    "8_hDavuGhJoY5gCY8L9yeN3xa8910dvDrjjSLOHnW1I",
    "sR98lVOwBh8iuNcbq_bAZDsf6xWntuxih92ThYf4KFU",
    "r_oFM_qXNawW2dinXPnsvEpTtnnijBBoyFnSV26_u20",
  ),
  suspend: jwk(
    "lab-okta-suspend",
    "yh_s2Dpy5IKi26goxtITAhngkqE4qjKMs32kXSUPrPo",
    "hw8VuliWQ5PvPdywI_faU8IhlnwEP_byFL7OiZ6cnK4",
    "NjVyun5phmgOLWfaCVEYTZHXFJa2s2QJ_T0Azn8BwlA",
  ),
  sessions: jwk(
    "lab-okta-sessions",
    "K0345v-LUSjGhPd6Rakwbwm74OSpdaCvW8SwkseZDpY",
    "2sLN4NShZoMikqteekHshagoradShMZ66yEfG_woxXI",
    "XaQoztJahIVI8BCc2t3lObglpgjH6v9mSbRR13ARj8w",
  ),
  /** Of an app that was granted more than any of the others; no local instance uses it. */
  broad: jwk(
    "lab-okta-broad",
    "q71Hu756bEvea1BmA8wEwuNfRNQSb82MGuRgjWH2X6c",
    "bEe64O09PhCIOwPBYPZnK26wk2rp0gSAunpG6nZWqQA",
    "45b-TfDEVU5jaqfSyXSOjrhDNsvM7beUWJE7q7GKutM",
  ),
} as const;

function jwk(kid: string, x: string, y: string, d: string): string {
  return JSON.stringify({ kty: "EC", crv: "P-256", alg: "ES256", kid, x, y, d });
}
