// In: commands that an officer got wrong, at a page or at the command line. Out: that each is told in Chinese which word it is.
import { expect, test } from 'vitest'
import { openCommands, type CommandContext } from '../../src/app/commands.ts'

/** Wrong words are turned away before anything of an installation is asked. */
const command = openCommands({ clock: {} } as CommandContext)

test.each([
  ['a floor that is no number', { floor: Number.NaN }, '震级下限（floor）'],
  ['a floor beyond every quake', { floor: 12 }, '震级下限（floor）'],
  ['no reason of ours', { reason: 'because' }, '原因（reason）'],
  ['an area as long as a letter', { area: '区'.repeat(200) }, '区域（area）'],
])('%s is named in Chinese', async (_what, wrong, name) => {
  const given = { serial: '银震信〔2017〕12号', reason: 'no-quake', as: 'p-1', ...wrong }
  const answer = await command('withdraw', given)
  expect(answer).toMatchObject({ ok: false, usage: true, reason: expect.stringContaining(name) as string })
  expect(JSON.stringify(answer)).not.toMatch(/invalid|expected|too (?:big|small)/i)
})

test('an act without a name is refused, not misused', async () => {
  expect(await command('withdraw', { serial: 'x', reason: 'duplicate' })).toMatchObject({
    ok: false,
    usage: false,
    reason: expect.stringContaining('--as') as string,
  })
})
