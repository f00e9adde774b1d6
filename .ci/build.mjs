/** `npm run build`. */
import { build } from "./ensure.mjs";

await build();
