// In: messages and roles. Out: the first mark of a claim's risk, its name in a list, and as whom somebody acts on it.
import { expect, test } from 'vitest'
import { ROLES } from '../../../src/core/people/roles.ts'
import { chooseActor, chooseSigner, listTransitions } from '../../../src/core/rumour/claim-actor.ts'
import { CLAIM_STATES, TRANSITIONS } from '../../../src/core/rumour/claim-states.ts'
import { markRisk, nameClaim, quoteClaim } from '../../../src/core/rumour/risk.ts'
import { signMessage } from '../../../src/core/rumour/signature.ts'

test.each([
  ['明天有7.5级大地震，快转发', 4],
  ['明天有4级余震，快转发', 2],
  ['听说学校楼塌了，压死三个人', 3],
  ['明天全市学校停课一天，通知已经下来了', 3],
  ['井水变浑了，是不是要地震', 1],
  ['井水突然变浑了，老人说是前兆', 2],
  ['今天天气不错', 1],
] as const)('%s is marked %i', (text, risk) => {
  expect(markRisk(signMessage(text))).toBe(risk)
})

test('a claim is named by its first sentence, or by more of it where that says nothing', () => {
  expect(nameClaim('明天有大地震要来了！快跑\n快跑')).toBe('明天有大地震要来了！')
  expect(nameClaim('快跑！明天有大地震')).toBe('快跑！明天有大地震')
  expect(Array.from(nameClaim('震'.repeat(100)))).toHaveLength(36)
})

test('somebody with two roles acts as the one that may; nobody acts as the program', () => {
  expect(chooseActor(['observer', 'lead'], 'take')).toBe('lead')
  expect(chooseActor(['publicity', 'duty'], 'take')).toBe('duty')
  expect(chooseActor(['liaison-unit'], 'answer')).toBe('responsible-unit')
  expect(chooseSigner(['liaison-police'], 'police-mention')).toBe('liaison-police')
  expect(chooseSigner(['lead'], 'cac-wording')).toBeNull()
  for (const { event, who } of TRANSITIONS)
    if (who.every((actor) => actor === 'system')) expect(chooseActor(ROLES, event)).toBeNull()
  for (const state of CLAIM_STATES) {
    expect(listTransitions(['observer', 'system-admin', 'security-admin', 'audit-admin'], state)).toEqual([])
    for (const row of listTransitions(ROLES, state)) expect(row.from).toContain(state)
  }
})

test('a rebuttal names what was told, not that somebody told it', () => {
  expect(quoteClaim('网传：听说某县今晚有8级地震！')).toBe('某县今晚有8级地震')
  expect(quoteClaim('某县“今晚”有地震')).toBe('某县今晚有地震')
  // Nothing but hearsay is better than nothing.
  expect(quoteClaim('听说')).toBe('听说')
})
