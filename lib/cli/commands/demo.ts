import { Command } from "commander";
import { createDemo } from "../demo/demo.ts";
import { print, warn } from "../output.ts";

export const demoCommand: Command = new Command("demo")
  .description("train a few small models and log them, to have something to look at")
  .argument("<root>", "the mlruns folder to create, or to add an experiment to")
  .action(async (root: string) => {
    await createDemo(root, (name) => warn(`trained ${name}`));
    print(root);
  });
