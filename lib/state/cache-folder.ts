import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The user's folder for what can be made again: MLRUNS_CACHE_DIR, else where the platform keeps such things. So looking
 * at a tree never writes into it.
 */
export function cacheFolder(): string {
  const { MLRUNS_CACHE_DIR, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (MLRUNS_CACHE_DIR) return MLRUNS_CACHE_DIR;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, "mlruns");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "mlruns");
  if (process.platform === "win32" && LOCALAPPDATA) return join(LOCALAPPDATA, "mlruns", "cache");
  return join(homedir(), ".cache", "mlruns");
}
