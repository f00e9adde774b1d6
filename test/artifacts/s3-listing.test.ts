import { expect, test } from "vitest";
import type { StoredObject } from "../../lib/artifacts/object-store.ts";
import { groupsOf, listInGroups } from "../../lib/artifacts/s3/grouped-list.ts";
import { parseChildren, parseListPage } from "../../lib/artifacts/s3/lean-list.ts";

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

test("keys and folders right below a prefix are read, if all of them are told", () => {
  const inner =
    `<Contents><Key>p/a&amp;b</Key><ETag>"${MD5}"</ETag><Size>1</Size></Contents>` +
    "<CommonPrefixes><Prefix>p/folder &lt;1&gt;/</Prefix></CommonPrefixes>" +
    "<CommonPrefixes><Prefix>p/é/</Prefix></CommonPrefixes>";

  expect(parseChildren(page(inner))).toEqual(["p/a&b", "p/folder <1>/", "p/é/"]);
  const more = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
  expect(parseChildren(page(more + inner))).toBeUndefined();
  expect(parseChildren(page(inner).subarray(0, -5))).toBeUndefined();
});

test.each<[readonly string[], readonly string[] | undefined]>([
  [
    ["p/run10/", "p/run11/", "p/run2/", "p/run3"],
    ["p/run1", "p/run2", "p/run3"],
  ],
  [
    ["p/\u{1f600}/", "p/\u{1f601}/"],
    ["p/\u{1f600}", "p/\u{1f601}"],
  ],
  [["p/", "p/a/"], undefined],
  [["p/a/"], undefined],
  [[], undefined],
])("what is named %j is listed by what it begins with", (names, groups) => {
  expect(groupsOf(names)).toEqual(groups);
});

test("in groups, each object is listed once, also when folders lie alone in one another", async () => {
  const keys = ["p/only/a1/x", "p/only/a2", "p/only/a2/y", "p/only/b/z", "p/only/é"];
  const asked: string[] = [];
  const object = (key: string): StoredObject => ({ key, size: 1, modified: null, etag: "e" });
  const found = await listInGroups(
    {
      // Pages of one object.
      page: async (prefix, token = "0") => {
        asked.push(prefix);
        const at = Number(token);
        const meant = keys.filter((key) => key.startsWith(prefix));
        const next = at + 1 < meant.length ? String(at + 1) : undefined;
        return { objects: meant.slice(at, at + 1).map(object), next };
      },
      children: async (prefix) => [
        ...new Set(
          keys
            .filter((key) => key.startsWith(prefix))
            .map((key) => prefix + (/^[^/]*\/?/.exec(key.slice(prefix.length))?.[0] ?? "")),
        ),
      ],
    },
    "p/",
  );

  expect(found.map(({ key }) => key).sort()).toEqual([...keys].sort());
  expect([...new Set(asked)]).toEqual(["p/", "p/only/a", "p/only/b", "p/only/é"]);
});
