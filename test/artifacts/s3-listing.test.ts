import { expect, test } from "vitest";
import { parseListPage } from "../../lib/artifacts/s3/lean-list.ts";

const page = (inner: string): Buffer =>
  Buffer.from(
    `<?xml version="1.0"?>\n<ListBucketResult xmlns="x"><Name>b</Name>${inner}</ListBucketResult>`,
  );
const MD5 = "9a0364b9e99bb480dd25e1f0284c8555";

test("a page of a listing is read with names as they are", () => {
  const xml = page(
    "<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b</NextContinuationToken>" +
      `<Contents><Key>p/a &lt;&#39;&amp;amp;&#x1;&gt; é</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>` +
      `<ETag>&quot;${MD5}&quot;</ETag><Size>3</Size><Owner><ID>x</ID></Owner></Contents>` +
      `<Contents><Key>p/b</Key><ETag>"${MD5}-2"</ETag><Size>0</Size></Contents>`,
  );

  expect(parseListPage(xml)).toEqual({
    objects: [
      {
        key: "p/a <'&amp;\u0001> é",
        size: 3,
        modified: Date.UTC(2026, 0, 2, 3, 4, 5),
        md5: MD5,
        etag: `"${MD5}"`,
      },
      { key: "p/b", size: 0, modified: null, md5: MD5, parts: 2, etag: `"${MD5}-2"` },
    ],
    next: "a&b",
  });
  expect(parseListPage(page("<IsTruncated>false</IsTruncated>"))).toEqual({
    objects: [],
    next: undefined,
  });
});

test.each([
  ["an error", Buffer.from("<Error><Code>SlowDown</Code></Error>")],
  ["an answer that was cut", page("").subarray(0, -5)],
  ["encoded names", page("<EncodingType>url</EncodingType>")],
  ["a file without a size", page("<Contents><Key>a</Key><ETag>x</ETag></Contents>")],
  ["more pages without a way to them", page("<IsTruncated>true</IsTruncated>")],
])("%s is no listing: the SDK is asked", (_what, xml) => {
  expect(parseListPage(xml)).toBeUndefined();
});
