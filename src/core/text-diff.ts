// In: two texts. Out: their lines side by side, as left, gone or come, with the characters that differ.
// Bounded: longer texts are compared line by line only, far longer ones not at all. Must not know what the texts are.

export interface DiffPart {
  text: string
  changed: boolean
}

export interface DiffLine {
  sign: 'same' | 'gone' | 'new'
  parts: DiffPart[]
}

/** Beyond this a line is shown as changed as a whole: the table of characters would be larger than a million. */
const LONGEST_LINE = 800
const MOST_LINES = 1_000

/** Compares two texts; the fewest changed lines, and inside a changed line the fewest changed characters. */
export function diffTexts(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  if (a.length > MOST_LINES || b.length > MOST_LINES)
    return [...a.map((l) => whole('gone', l)), ...b.map((l) => whole('new', l))]
  const lines: DiffLine[] = []
  let gone: string[] = []
  let come: string[] = []
  const flush = (): void => {
    lines.push(...pairLines(gone, come))
    gone = []
    come = []
  }
  for (const step of align(a, b)) {
    if (step.sign === 'gone') gone.push(step.item)
    else if (step.sign === 'new') come.push(step.item)
    else {
      flush()
      lines.push({ sign: 'same', parts: [{ text: step.item, changed: false }] })
    }
  }
  flush()
  return lines
}

const whole = (sign: DiffLine['sign'], text: string): DiffLine => ({ sign, parts: [{ text, changed: true }] })

/** Lines that went and came at one place are read in pairs. */
function pairLines(gone: readonly string[], come: readonly string[]): DiffLine[] {
  const pairs = gone.map((line, index) => diffLine(line, come[index]))
  const rest = come.slice(gone.length).map((line) => whole('new', line))
  return [...pairs.map(({ left }) => left), ...pairs.flatMap(({ right }) => right ?? []), ...rest]
}

function diffLine(before: string, after: string | undefined): { left: DiffLine; right?: DiffLine } {
  if (after === undefined) return { left: whole('gone', before) }
  const [a, b] = [Array.from(before), Array.from(after)]
  if (a.length > LONGEST_LINE || b.length > LONGEST_LINE)
    return { left: whole('gone', before), right: whole('new', after) }
  const steps = align(a, b)
  const side = (sign: 'gone' | 'new'): DiffLine => {
    const parts: DiffPart[] = []
    for (const step of steps) {
      if (step.sign !== 'same' && step.sign !== sign) continue
      const changed = step.sign !== 'same'
      const last = parts.at(-1)
      if (last?.changed === changed) last.text += step.item
      else parts.push({ text: step.item, changed })
    }
    return { sign, parts }
  }
  return { left: side('gone'), right: side('new') }
}

interface Step {
  sign: DiffLine['sign']
  item: string
}

/** Longest common subsequence by table. */
function align(a: readonly string[], b: readonly string[]): Step[] {
  const width = b.length + 1
  const table = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number): number => table[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      table[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const steps: Step[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]]
    if (left !== undefined && left === right) {
      steps.push({ sign: 'same', item: left })
      i += 1
      j += 1
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      steps.push({ sign: 'gone', item: left })
      i += 1
    } else {
      steps.push({ sign: 'new', item: right ?? '' })
      j += 1
    }
  }
  return steps
}
