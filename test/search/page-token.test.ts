import { expect, test } from "vitest";
import { parsePageToken, printPageToken } from "../../lib/search/index.ts";

test("a token is MLflow's, byte for byte, and reads back", () => {
  expect(printPageToken(100)).toBe("eyJvZmZzZXQiOiAxMDB9");
  expect(parsePageToken(printPageToken(100))).toBe(100);
  expect(parsePageToken(undefined)).toBe(0);
  expect(parsePageToken("")).toBe(0);
});

test.each([
  ["x", "Invalid page token, could not base64-decode"],
  ["é", "Invalid page token, could not base64-decode"],
  ["bm9wZQ==", "Invalid page token, decoded value=b'nope'"],
  ["/won", 'Invalid page token, decoded value=b"\\xff\\n\'"'],
  ["e30=", "Invalid page token, parsed value={}"],
  ["eyJvZmZzZXQiOiAwfQ==", "Invalid page token, parsed value={'offset': 0}"],
  [btoa('{"offset": "x"}'), "Invalid page token, not stringable x"],
])("the token %s is refused: %s", (token, message) => {
  expect(() => parsePageToken(token)).toThrow(
    expect.objectContaining({ errorCode: "INVALID_PARAMETER_VALUE", message }),
  );
});
