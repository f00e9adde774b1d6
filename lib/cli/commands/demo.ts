import { Command } from "commander";
import { print, warn } from "../output.ts";

export const demoCommand: Command = new Command("demo")
  .description("train a few small models and log them, to have something to look at")
  .argument("[root]", "the mlruns folder to create, or to add an experiment to", "mlruns")
  .action(async (root: string) => {
    const { createDemo } = await import("../demo/demo.ts");
    await createDemo(root, (name) => warn(`trained ${name}`));
    print(root);
  });
