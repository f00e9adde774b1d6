import { createHash, randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import fs from "fs-extra";
import { invalidParameter } from "../errors.ts";

/** Who may use a server. One without any of them is open to all who reach it. */
export interface AuthOptions {
  /** File of `mlruns auth add`: users with their hashed passwords. */
  readonly passwordFile?: string;
  /** Bearer token, as MLflow's clients send MLFLOW_TRACKING_TOKEN. */
  readonly token?: string;
}

/** Says whether the headers of a request name a user, or carry the token. */
export type Authenticate = (headers: IncomingHttpHeaders) => boolean;

/** Scrypt's own defaults but for the cost, which takes about 50 ms here. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;
const KEY_BYTES = 32;
const HEADING =
  "# Users of an mlruns server. Made by `mlruns auth add`; passwords are hashed with scrypt.\n";

/**
 * Reads who may enter. Undefined when nobody is asked for a password.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the file is missing or has a line that is none of its own
 */
export async function openAuth(options: AuthOptions): Promise<Authenticate | undefined> {
  const { passwordFile, token } = options;
  if (passwordFile === undefined && !token) return undefined;
  const users =
    passwordFile === undefined ? new Map<string, string>() : await readUsers(passwordFile);
  // Hashing takes its time on purpose: a header that has passed once is known by its digest.
  const passed = new Set<string>();
  return ({ authorization }) => {
    if (authorization === undefined) return false;
    const digest = createHash("sha256").update(authorization).digest("base64");
    if (passed.has(digest)) return true;
    const isRight = isBearer(authorization, token) || isUser(authorization, users);
    if (isRight) passed.add(digest);
    return isRight;
  };
}

/** Adds a user to the file, or changes the password. The file is made readable by its owner only. */
export async function addUser(file: string, name: string, password: string): Promise<void> {
  if (!/^[^\s:#][^\s:]*$/.test(name))
    throw invalidParameter("A user's name has no colon and no blank in it.");
  if (password.length < 8) throw invalidParameter("A password has at least 8 characters.");
  const users = (await fs.pathExists(file)) ? await readUsers(file) : new Map<string, string>();
  const salt = randomBytes(16);
  users.set(
    name,
    `scrypt$${salt.toString("base64url")}$${hash(password, salt).toString("base64url")}`,
  );
  const lines = [...users].map(([user, stored]) => `${user}:${stored}\n`);
  await fs.writeFile(`${file}.new`, HEADING + lines.join(""), { mode: 0o600 });
  await fs.rename(`${file}.new`, file);
}

async function readUsers(file: string): Promise<Map<string, string>> {
  const text = await fs.readFile(file, "utf8").catch((cause: unknown) => {
    throw invalidParameter(`The password file '${file}' cannot be read.`, {
      cause,
      hint: `\`mlruns auth add ${file} NAME\` makes it.`,
    });
  });
  const users = new Map<string, string>();
  for (const [i, line] of text.split("\n").entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const match = /^([^\s:]+):(scrypt\$[\w-]+\$[\w-]+)$/.exec(line);
    if (match === null) {
      throw invalidParameter(`Expected 'name:scrypt$salt$hash'.`, { path: file, line: i + 1 });
    }
    users.set(match[1] ?? "", match[2] ?? "");
  }
  return users;
}

function isBearer(authorization: string, token: string | undefined): boolean {
  if (!token || !/^bearer /i.test(authorization)) return false;
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(authorization.slice("bearer ".length).trim()), digest(token));
}

function isUser(authorization: string, users: ReadonlyMap<string, string>): boolean {
  if (users.size === 0 || !/^basic /i.test(authorization)) return false;
  const [name = "", ...rest] = Buffer.from(authorization.slice("basic ".length), "base64")
    .toString("utf8")
    .split(":");
  const [, salt = "", stored = ""] = (users.get(name) ?? NOBODY).split("$");
  const given = hash(rest.join(":"), Buffer.from(salt, "base64url"));
  const known = Buffer.from(stored, "base64url");
  return known.length === given.length && timingSafeEqual(known, given) && users.has(name);
}

/** An unknown user costs as much time as a wrong password. */
const NOBODY = `scrypt$AAAA$${Buffer.alloc(KEY_BYTES).toString("base64url")}`;

function hash(password: string, salt: Buffer): Buffer {
  return scryptSync(password.normalize("NFKC"), salt, KEY_BYTES, SCRYPT);
}
