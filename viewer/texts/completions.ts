/** Words of the filter box's suggestions. */
export const COMPLETION_TEXTS: {
  readonly kinds: Readonly<Record<string, string>>;
  readonly ages: Readonly<Record<string, string>>;
  readonly attribute: string;
  readonly lowest: string;
  readonly highest: string;
} = {
  kinds: {
    "metrics.": "last value of a metric",
    "params.": "text of a param",
    "tags.": "text of a tag",
    "datasets.": "name, digest or context",
  },
  ages: {
    "now-1h": "an hour ago",
    "now-1d": "a day ago",
    "now-7d": "a week ago",
    "now-30d": "30 days ago",
  },
  attribute: "of the run",
  lowest: "lowest",
  highest: "highest",
};
