import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
} from "graphql";

const DEEPEST = 10;
const MOST_FIELDS = 1_000;
const MOST_BY_DEFAULT = 10;

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/**
 * Refuses a query that would cost much: too deep, too many fields, too many of them at the root or under other names.
 *
 * @throws GraphQLError
 * @see MLflow 3.17 `graphql_no_batching.check_query_safety`, whose variables set the limits here as well
 */
export function checkCost(query: DocumentNode): void {
  const { rootFields, aliases } = countFields(query);
  check("root fields", rootFields, "MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS");
  check("aliases", aliases, "MLFLOW_SERVER_GRAPHQL_MAX_ALIASES");
}

function check(what: string, count: number, variable: string): void {
  const most = Number(process.env[variable] || MOST_BY_DEFAULT);
  if (count <= most) return;
  throw new GraphQLError(
    `GraphQL queries should have at most ${most} ${what}, got ${count} ${what}. To increase the limit, set the ` +
      `${variable} environment variable.`,
  );
}

/** Fields at the root of all operations, and the most aliases that one selection has. */
function countFields(query: DocumentNode): {
  readonly rootFields: number;
  readonly aliases: number;
} {
  const fragments: Fragments = new Map(
    query.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  let rootFields = 0;
  let aliases = 0;
  for (const operation of query.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    let fields = 0;
    const waiting = [{ selectionSet: operation.selectionSet, depth: 1 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { selectionSet, depth } = next;
      if (depth > DEEPEST) throw new GraphQLError(`Query exceeds maximum depth of ${DEEPEST}`);
      const selected = fieldsOf(selectionSet, fragments);
      fields += selected.length;
      if (fields > MOST_FIELDS) {
        throw new GraphQLError(`Query exceeds maximum total selections of ${MOST_FIELDS}`);
      }
      if (depth === 1) rootFields += selected.length;
      aliases = Math.max(aliases, selected.filter(({ alias }) => alias !== undefined).length);
      for (const { selectionSet: below } of selected) {
        if (below !== undefined) waiting.push({ selectionSet: below, depth: depth + 1 });
      }
    }
  }
  return { rootFields, aliases };
}

/** The fields of a selection, those of its fragments among them; a fragment counts once. */
function fieldsOf(selectionSet: SelectionSetNode, fragments: Fragments): readonly FieldNode[] {
  const fields: FieldNode[] = [];
  const seen = new Set<string>();
  const waiting = [...selectionSet.selections];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind === Kind.FIELD) fields.push(next);
    else if (next.kind === Kind.INLINE_FRAGMENT) waiting.push(...next.selectionSet.selections);
    else if (!seen.has(next.name.value)) {
      seen.add(next.name.value);
      waiting.push(...(fragments.get(next.name.value)?.selectionSet.selections ?? []));
    }
  }
  return fields;
}
