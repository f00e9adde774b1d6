const ADJECTIVES =
  "agile amber ample bold brave bright brisk calm candid clear clever cosmic crisp daring deep eager early fair fancy fleet fresh gentle glad golden grand honest humble jolly keen kind lively lucid lucky mellow merry mild neat nimble noble open patient placid polite proud quick quiet rapid ready robust serene sharp silent simple sincere sleek smooth snug solid spry steady still stoic sunny swift tidy tranquil trusty upbeat valiant vast vivid warm wise witty zesty".split(
    " ",
  );
const NOUNS =
  "ant auk bat bear bee boar bream bug carp cat cod colt cow crab crane crow cub deer doe dog dove duck eel elk ewe fawn finch fish fly foal fowl fox frog gnat goat goose grouse gull hare hawk hen heron hog horse ibex jay kite koi lamb lark loon lynx mare mink mole moose moth mouse mule newt orca owl ox panda perch pig pike puma quail ram rat raven rook seal shad shark sheep shrew skunk slug smelt snail snake sole stag stork swan tern toad trout tuna vole wasp whale wolf worm wren yak zebra".split(
    " ",
  );

/** A name such as `swift-heron-417`, for a run or logged model that was given none: at most 20 characters. */
export function randomName(random: () => number = Math.random): string {
  const pick = (words: readonly string[]): string =>
    words[Math.floor(random() * words.length)] ?? "";
  return `${pick(ADJECTIVES)}-${pick(NOUNS)}-${Math.floor(random() * 1001)}`.slice(0, 20);
}
