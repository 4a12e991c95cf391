/** The people of the estate, and who of them can sign in. */
import { seeded } from "./random.ts";

/** Somebody at Acme. */
export interface Person {
  /** The identity provider's `sub`. Real ones are opaque; here it is the address, so that an audit is easy to read. */
  id: string;
  login: string;
  email: string;
  name: string;
  department: string;
}

/** Somebody who can sign in at the lab's identity provider. */
export interface Account extends Person {
  /** As seeded; `POST /users/{login}` overrides them. */
  groups: readonly string[];
}

const account = (login: string, name: string, department: string, ...groups: string[]): Account => ({
  id: `${login}@acme.test`,
  login,
  email: `${login}@acme.test`,
  name,
  department,
  groups,
});

/** Who can sign in. Everybody's password is `lab`. */
export const accounts: readonly Account[] = [
  account("viewer", "Vera Lindqvist", "Compliance", "sallyport-viewers"),
  account("analyst", "Anil Deshmukh", "Security Operations", "sallyport-analysts"),
  account("responder", "Rosa Ferreira", "Security Operations", "sallyport-responders"),
  account("responder2", "Ravi Haddad", "Security Operations", "sallyport-responders"),
  account("approver", "Agnes Okafor", "Security Operations", "sallyport-approvers"),
  account("auditor", "Arthur Novak", "Internal Audit", "sallyport-auditors"),
  account("admin", "Ada Moreau", "Information Technology", "sallyport-admins"),
  account("nobody", "Noor Bakker", "Facilities"),
];

const givenNames = words(`
  Aiko Bram Carmen Dmitri Elena Farid Grace Hugo Ines Jonas Kavya Liam Marta
  Nils Olu Priya Quentin Rania Sofia Tomas Uma Viktor Wanjiru Xavier Yara Zofia`);
const familyNames = words(`
  Abernathy Bianchi Cohen Dubois Eriksen Fischer Garcia Hoffmann Ivanova Jansen
  Kowalski Larsen Mbeki Nakamura Oyelaran Petrov Quist Rossi Santos Tanaka`);
const departments = [
  "Finance",
  "Sales",
  "Engineering",
  "Human Resources",
  "Legal",
  "Operations",
  "Marketing",
];

/** How many people besides those who sign in. */
const staffCount = 150;

function hireStaff(): Person[] {
  const random = seeded(0x5a11f0);
  const staff = new Map<string, Person>();
  while (staff.size < staffCount) {
    const given = random.pick(givenNames);
    const family = random.pick(familyNames);
    const login = `${given}.${family}`.toLowerCase();
    if (staff.has(login)) continue;
    const department = random.pick(departments);
    const id = `00u2${String(staff.size + 1).padStart(4, "0")}${family.toLowerCase()}`;
    staff.set(login, { id, login, email: `${login}@acme.test`, name: `${given} ${family}`, department });
  }
  return [...staff.values()];
}

/** Everybody: the accounts first, then the staff whose laptops and mailboxes the vendors know. */
export const people: readonly Person[] = [...accounts, ...hireStaff()];

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
