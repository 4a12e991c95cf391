/** Keeps the identity provider's state in the lab's database. */
import { type Adapter, errors, type Payload } from "oidc-provider";
import type { Storage } from "../storage.ts";

const nowS = () => Math.floor(Date.now() / 1000);

interface Row {
  payload: string;
}

/**
 * Makes oidc-provider keep sessions, grants, codes and tokens in the lab's database: a restart signs nobody out
 * and leaves every refresh token good. It reads the real clock, as oidc-provider itself does.
 */
export function sqliteAdapter(storage: Storage): (model: string) => Adapter {
  storage.run("DELETE FROM oidc WHERE expires_at < ?", nowS());
  return (model) => {
    const first = (where: string, value: string): Payload | undefined => {
      const sql = `SELECT payload FROM oidc WHERE model = ? AND ${where} = ? AND (expires_at IS NULL OR expires_at > ?)`;
      const row = storage.get<Row>(sql, model, value, nowS());
      return row && (JSON.parse(row.payload) as Payload);
    };
    const text = (value: unknown) => (typeof value === "string" ? value : null);
    return {
      async upsert(id, payload, expiresIn) {
        storage.run(
          `INSERT OR REPLACE INTO oidc (model, id, payload, grant_id, uid, user_code, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          model,
          id,
          JSON.stringify(payload),
          text(payload.grantId),
          text(payload.uid),
          text(payload.userCode),
          expiresIn === undefined ? null : nowS() + expiresIn,
        );
      },
      async find(id) {
        return first("id", id);
      },
      async findByUid(uid) {
        return first("uid", uid);
      },
      async findByUserCode(userCode) {
        return first("user_code", userCode);
      },
      async consume(id) {
        // In one statement, because the provider looks first and consumes later: of two who show the same code or
        // refresh token at the same moment, only one may get through.
        const consumed = storage.run(
          `UPDATE oidc SET payload = json_set(payload, '$.consumed', ?)
           WHERE model = ? AND id = ? AND payload ->> '$.consumed' IS NULL`,
          nowS(),
          model,
          id,
        );
        if (consumed === 0) throw new errors.InvalidGrant(`${model} already used`);
      },
      async destroy(id) {
        storage.run("DELETE FROM oidc WHERE model = ? AND id = ?", model, id);
      },
      async revokeByGrantId(grantId) {
        storage.run("DELETE FROM oidc WHERE model = ? AND grant_id = ?", model, grantId);
      },
    };
  };
}
