import { expect, test } from "vitest";
import { encodePng } from "../../../lib/cli/demo/png.ts";
import { runPython } from "../../helpers/python.ts";

test("another decoder reads the pixels back from a PNG", async () => {
  const width = 37;
  const height = 11;
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 256);
  const script = `
import io, json, sys
from PIL import Image
image = Image.open(io.BytesIO(bytes.fromhex(sys.stdin.read())))
print(json.dumps([image.mode, image.size, image.tobytes().hex()]))`;

  const input = encodePng({ width, height, pixels }).toString("hex");

  const read = JSON.parse(await runPython(script, { input }));
  expect(read).toEqual(["RGB", [width, height], Buffer.from(pixels).toString("hex")]);
});
