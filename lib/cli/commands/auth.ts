import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { print } from "../output.ts";

const add = new Command("add")
  .description("add a user to a password file, or change the password")
  .argument("<file>", "made when there is none; serve it with --auth basic:FILE")
  .argument("<name>", "user")
  .action(async (file: string, name: string) => {
    const { addUser } = await import("../../server/index.ts");
    await addUser(file, name, await readPassword());
    print(`${name} may enter where a server is started with --auth basic:${file}`);
  });

export const authCommand: Command = new Command("auth")
  .description("manage the users of a server that asks for a password")
  .addCommand(add);

/** From the keyboard without showing it, or the first line of what is piped in. */
async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY)
    return ((await text(process.stdin)).split("\n")[0] ?? "").replace(/\r$/, "");
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const prompt = createInterface({ input: process.stdin, output: silent, terminal: true });
  process.stderr.write("Password: ");
  const password = await prompt.question("");
  prompt.close();
  process.stderr.write("\n");
  return password;
}
