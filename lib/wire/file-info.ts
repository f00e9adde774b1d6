import type { FileInfo } from "../entities/file-info.ts";
import { compact, decodeOptionalInteger, type JsonInteger } from "./json.ts";

export interface FileInfoJson {
  readonly path: string;
  readonly is_dir?: boolean;
  readonly file_size?: JsonInteger;
}

export function encodeFileInfo({ path, isDir, fileSize }: FileInfo): FileInfoJson {
  return compact({ path, is_dir: isDir, file_size: fileSize ?? undefined });
}

export function decodeFileInfo(json: FileInfoJson): FileInfo {
  const isDir = json.is_dir ?? false;
  // MLflow leaves out the size of an empty file.
  const fileSize = isDir ? null : (decodeOptionalInteger(json.file_size) ?? 0);
  return { path: json.path, isDir, fileSize };
}
