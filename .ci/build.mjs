/** `npm run build`. */
import { build, orExit } from "./ensure.mjs";

await orExit(build);
