/**
 * A small script of its own, which runs while the viewer's code is on its way: it asks for the data files that the address
 * needs, so that they come together with the code.
 */

import { askAhead } from "./data/ahead.ts";
import { firstFiles } from "./state/first-files.ts";

askAhead(firstFiles(location.hash));
