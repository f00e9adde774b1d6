import type { Command } from "commander";

/** One line a command. Each is loaded only when it is called: `mlruns --version` starts nothing else. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./serve.ts")).serveCommand,
  experiments: async () => (await import("./experiments.ts")).experimentsCommand,
  runs: async () => (await import("./runs.ts")).runsCommand,
  show: async () => (await import("./show.ts")).showCommand,
  site: async () => (await import("./site.ts")).siteCommand,
  log: async () => (await import("./log.ts")).logCommands,
  auth: async () => (await import("./auth.ts")).authCommand,
  delete: async () => (await import("./lifecycle.ts")).deleteCommand,
  restore: async () => (await import("./lifecycle.ts")).restoreCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  catalog: async () => (await import("./catalog.ts")).catalogCommand,
  relocate: async () => (await import("./relocate.ts")).relocateCommand,
  merge: async () => (await import("./merge.ts")).mergeCommand,
  gc: async () => (await import("./gc.ts")).gcCommand,
  push: async () => (await import("./push.ts")).pushCommand,
  pull: async () => (await import("./sync.ts")).pullCommand,
  sync: async () => (await import("./sync.ts")).syncCommand,
  verify: async () => (await import("./verify.ts")).verifyCommand,
  send: async () => (await import("./send.ts")).sendCommand,
  status: async () => (await import("./verify.ts")).statusCommand,
  versions: async () => (await import("./versions.ts")).versionsCommand,
  import: async () => (await import("./import.ts")).importCommand,
  demo: async () => (await import("./demo.ts")).demoCommand,
};
