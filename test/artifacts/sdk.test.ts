import { expect, test } from "vitest";
import { loadSdk } from "../../lib/artifacts/sdk.ts";
import { storeError, withoutSecrets } from "../../lib/artifacts/store-error.ts";

test("an SDK that is not installed is an error with the command that installs it", async () => {
  const missing = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });

  await expect(
    loadSdk("Storage on S3", "@aws-sdk/client-s3@3", () => Promise.reject(missing)),
  ).rejects.toMatchObject({
    errorCode: "FEATURE_DISABLED",
    message: "Storage on S3 needs a package that is not installed.",
    hint: "npm install @aws-sdk/client-s3@3",
  });
});

test.each([
  [403, "AccessDenied", "PERMISSION_DENIED"],
  [403, "SignatureDoesNotMatch", "UNAUTHENTICATED"],
  [400, "ExpiredToken", "UNAUTHENTICATED"],
  [404, "NoSuchBucket", "RESOURCE_DOES_NOT_EXIST"],
  [412, "PreconditionFailed", "ABORTED"],
  [429, "SlowDown", "REQUEST_LIMIT_EXCEEDED"],
  [503, "SlowDown", "TEMPORARILY_UNAVAILABLE"],
  [408, "RequestTimeout", "TEMPORARILY_UNAVAILABLE"],
  [undefined, "ECONNRESET", "TEMPORARILY_UNAVAILABLE"],
])("an answer of %s %s is %s", (status, reason, errorCode) => {
  const error = storeError(new Error("No."), { status, reason }, "read s3://b/k");

  expect(error.errorCode).toBe(errorCode);
  expect(error.message).toMatch(/^Failed to read s3:\/\/b\/k: No\./);
});

test.each([
  [
    "https://a.blob.core.windows.net/c?sv=1&sig=abc%3D&se=2",
    "https://a.blob.core.windows.net/c?sv=1&sig=…&se=2",
  ],
  ["GET /k?X-Amz-Signature=deadbeef HTTP", "GET /k?X-Amz-Signature=… HTTP"],
  ["Authorization: Bearer ya29.secret", "Authorization: Bearer …"],
])("secrets are cut out of %s", (text, safe) => {
  expect(withoutSecrets(text)).toBe(safe);
});
