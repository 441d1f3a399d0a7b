// In: the by-hand part of an outlet in the YAML. Out: a checked ByHandConfig.
// Must not read the environment.
import { z } from 'zod'

const HOST = /^(?=.{1,253}$)[a-z\d-]+(\.[a-z\d-]+)+$/

const schema = z.strictObject({
  /** 抖音, 今日头条, 视频号 …: as the desk calls it. */
  platform: z.string().trim().min(1, 'is missing: the name of the platform').max(20),
  /** Where its posts stand, e.g. douyin.com: an address that is pasted must be there or below. */
  hosts: z
    .array(z.string().toLowerCase().regex(HOST, 'must be a host name without https:// and path'))
    .max(10)
    .default([]),
  /** Most characters that the platform takes; a longer text becomes the brief one. */
  longest: z.int().min(60).max(20_000).default(1_000),
})

export type ByHandConfig = z.infer<typeof schema>
export const config: z.ZodType<ByHandConfig> = schema
