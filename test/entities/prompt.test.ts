import { expect, test } from "vitest";
import { formatPrompt, promptVariables } from "../../lib/entities/prompt.ts";

test("variables are filled in, with blanks around their names or without", () => {
  expect(formatPrompt("Hello {{name}}, {{ place }}! {{name}}", { name: "Ada", place: 7 })).toBe(
    "Hello Ada, 7! Ada",
  );
  expect(formatPrompt("{{a.b}} {{no-name}} { {a} } {{1}}", { "a.b": "x" })).toBe(
    "x {{no-name}} { {a} } {{1}}",
  );
});

test("messages of a chat keep their roles", () => {
  const messages = [
    { role: "system", content: "You are {{style}}." },
    { role: "user", content: "{{q}}" },
  ];

  expect(formatPrompt(messages, { style: "kind", q: "Why?" })).toEqual([
    { role: "system", content: "You are kind." },
    { role: "user", content: "Why?" },
  ]);
  expect(promptVariables(messages)).toEqual(["style", "q"]);
});

test("what looks like a variable or a pattern in a value stays text", () => {
  expect(formatPrompt("{{a}} {{b}}", { a: "{{b}}", b: "$& \\1" })).toBe("{{b}} $& \\1");
});

test("a variable without a value is an error in MLflow's words, unless some may be left", () => {
  expect(() => formatPrompt("{{a}} {{b}} {{c}}", { b: 1 })).toThrow(
    "Missing variables: {'a', 'c'}. To partially format the prompt, set `allowPartial: true`.",
  );
  expect(formatPrompt("{{a}} {{b}}", { b: 1 }, { allowPartial: true })).toBe("{{a}} 1");
});

test("names of an object's prototype are no values", () => {
  expect(() => formatPrompt("{{toString}}", {})).toThrow("Missing variables: {'toString'}");
});

test("a Jinja2 template is refused", () => {
  expect(() => formatPrompt("{% if a %}x{% endif %}", { a: 1 })).toThrow(
    "The prompt is a Jinja2 template, which only MLflow in Python can format.",
  );
});
