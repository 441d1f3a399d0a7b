// In: the text of quakedesk.yaml. Out: its values, or one sentence that says where it cannot be read.
// Must not repeat a piece of the file: the line at fault may be the one with the secret.
import { LineCounter, parseDocument } from 'yaml'

/** Aliases that one anchor may have in sum; a bureau repeats a place or two, a bomb repeats millions. */
const MOST_ALIASES = 20

/** @returns the values, or the fault as a sentence without anything that was written in quotes, keys or values */
export function readYaml(text: string): { ok: true; value: unknown } | { ok: false; fault: string } {
  const lines = new LineCounter()
  const document = parseDocument(text, { schema: 'core', prettyErrors: false, lineCounter: lines, logLevel: 'silent' })
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    return {
      ok: false,
      fault: `quakedesk.yaml is no valid YAML: line ${line}, column ${col}: ${WORDS[error.code] ?? error.code}`,
    }
  }
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown }
  } catch {
    // The library names the alias in its words: with a missing quote that may be a password with a star in front.
    return {
      ok: false,
      fault: `quakedesk.yaml is no valid YAML: a value that begins with * stands for an anchor that is not there, or anchors are repeated more than ${MOST_ALIASES} times`,
    }
  }
}

/** The library's codes in words; its own messages hold pieces of the text. */
const WORDS: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'an alias (*) is not written well',
  BAD_DIRECTIVE: 'a directive (%) is not known',
  BAD_DQ_ESCAPE: 'a backslash in double quotes is followed by a letter that means nothing; write \\\\ for a backslash',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_SCALAR_START: 'a value begins with a character that YAML keeps for itself; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'the indentation does not fit the lines above, or a colon stands where none may',
  BLOCK_IN_FLOW: 'lines by indentation stand inside [ ] or { }',
  DUPLICATE_KEY: 'this key stands twice',
  IMPOSSIBLE: 'this cannot be read',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a closing quote, bracket, colon or hyphen is missing at this place or in the lines before it',
  MULTILINE_IMPLICIT_KEY: 'a key goes over several lines; is a quote or a colon missing?',
  MULTIPLE_ANCHORS: 'a value has two anchors (&)',
  MULTIPLE_DOCS: 'a second document begins (---)',
  MULTIPLE_TAGS: 'a value has two tags (!)',
  TAB_AS_INDENT: 'a tab stands where only blanks may indent',
  TAG_RESOLVE_FAILED: 'a value begins with !, which marks a tag; put it in quotes',
  UNEXPECTED_TOKEN: 'something stands here that does not belong here; is a quote, comma or bracket missing?',
}
