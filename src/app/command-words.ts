// In: what is wrong with a command's words. Out: the same in Chinese, field by field: the desk's pages show it as it is said here.
// Must not judge: the shapes do (commands.ts).
import { z } from 'zod'

/** Refusal of an act that nobody puts a name to. */
export const NAMELESS = '须写明经办人：--as <姓名>'

/** What a shape says of a value, where it has no sentence of its own. */
export const CHINESE = z.locales.zhCN().localeError

/** The command line's options are called as the fields. */
const FIELD_NAMES: Readonly<Record<string, string>> = {
  serial: '文号',
  reason: '原因',
  as: '经办人',
  from: '起',
  to: '止',
  area: '区域',
  floor: '震级下限',
  cause: '起因',
  why: '理由',
  hold: '待核事项',
  outlet: '渠道',
  alarm: '告警',
}

/** 震级下限（floor）：…；原因（reason）：… */
export function describeMistakes(issues: readonly z.core.$ZodIssue[]): string {
  return issues
    .map(({ path, message }) => {
      const field = path.join('.')
      const name = FIELD_NAMES[field]
      return `${name === undefined ? field : `${name}（${field}）`}：${message}`
    })
    .join('；')
}
