export { addUser } from "./auth.ts";
export { type RunningServer, type ServeOptions, serve } from "./serve.ts";
