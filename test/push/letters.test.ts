// In: broadcasts of several kinds by day and by night. Out: proof that a rebuttal in the night makes no sound, and all else does.
import { expect, test } from 'vitest'
import { completePreferences } from '../../src/core/push/preferences.ts'
import { wants } from '../../src/core/push/wants.ts'
import type { NoticeKind } from '../../src/core/notice.ts'
import { askWord, writeLetter } from '../../src/push/letters.ts'
import type { Broadcast } from '../../src/store/push-broadcasts.ts'
import { webpush } from '../../channels/webpush/index.ts'
import { ATTENUATION_MODELS } from '../../src/core/intensity/attenuation.ts'
import { factsOf } from '../core/rendering/facts.ts'

const DAY_TIME = Date.UTC(2026, 2, 4, 6)
const NIGHT_TIME = Date.UTC(2026, 2, 4, 19)
const broadcast = (kind: NoticeKind, issuedAt: number): Broadcast => ({
  id: 'p1',
  outlet: 'push',
  class: 'actual',
  topic: 't'.repeat(24),
  content: { title: '标题', body: '正文。', url: 'https://bureau.example/n/a' },
  priority: 3,
  issuedAt,
  expiresAt: issuedAt + 3_600_000,
  cursor: 0,
  state: 'planning',
  kind,
  facts: factsOf({ kind, report: 1, origin: null }),
})
const isQuiet = (kind: NoticeKind, at: number): boolean =>
  (JSON.parse(writeLetter(broadcast(kind, at), at)?.text.toString() ?? '{}') as { quiet?: boolean }).quiet === true

test.each([
  ['rebuttal', NIGHT_TIME, true],
  ['rebuttal', DAY_TIME, false],
  ['withdrawal', NIGHT_TIME, false],
  ['quick-report', NIGHT_TIME, false],
] as const)('a %s at %i is quiet: %s', (kind, at, quiet) => {
  expect(isQuiet(kind, at)).toBe(quiet)
})

test('a rebuttal goes to whoever asked for rebuttals, and to nobody else, by any threshold', () => {
  const word = askWord(broadcast('rebuttal', DAY_TIME), [], ATTENUATION_MODELS.west, null)
  expect(wants(completePreferences({ rebuttals: true }), word, false, DAY_TIME)).toMatchObject({ act: 'push' })
  expect(wants(completePreferences({ minMagnitude: 0 }), word, false, DAY_TIME)).toMatchObject({ act: 'no' })
  // Whoever was told the first is told the correction, whatever was chosen since.
  expect(wants(completePreferences({ rebuttals: false }), word, true, NIGHT_TIME)).toMatchObject({ act: 'push' })
})

test('of what people write, push carries rebuttals alone', () => {
  const config = { enabled: true } as never
  expect(webpush.legs(config, 'rebuttal')).toEqual(['subscribers'])
  for (const kind of ['bulletin', 'science', 'announcement'] as const) expect(webpush.legs(config, kind)).toEqual([])
})
