// In: the configuration and a job. Out: the wire form of the free and of the contract API.
// Must not send anything.
import type { Job } from '../../src/core/channel.ts'
import { field, isRecord } from '../wire/json.ts'
import type { WeiboConfig } from './config.ts'

/** Headers of every POST. */
export const FORM = { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' }

export interface Driver {
  sharePath: string
  timelinePath: string
  destroyPath: string
  /** Form fields of a post beside access_token. */
  fields(config: WeiboConfig, job: Job, text: string): Record<string, string>
  /** True when a timeline row carries this very delivery's mark. */
  isMarked(row: Record<string, unknown>, job: Job): boolean
}

/** open.weibo.com/wiki/2/statuses/share: no mark is possible, the text is the mark. */
const share: Driver = {
  sharePath: '/2/statuses/share.json',
  timelinePath: '/2/statuses/user_timeline.json',
  destroyPath: '/2/statuses/destroy.json',
  fields: (config, _job, text) => ({ status: text, rip: config.rip }),
  isMarked: () => false,
}

/** open.weibo.com/wiki/C/2/statuses/upload_url_text/biz: annotations (JSON, 512 characters) come back with the post. */
const biz: Driver = {
  sharePath: '/2/statuses/upload_url_text/biz.json',
  timelinePath: '/2/statuses/user_timeline/biz.json',
  destroyPath: '/2/statuses/destroy/biz.json',
  fields: (config, job, text) => ({
    status: text,
    visible: '0',
    rip: config.rip,
    annotations: JSON.stringify([{ delivery: job.deliveryId.slice(0, 128) }]),
  }),
  isMarked: (row, job) => {
    const annotations = field(row, 'annotations')
    if (!Array.isArray(annotations)) return false
    const mark = job.deliveryId.slice(0, 128)
    return annotations.slice(0, 20).some((entry) => isRecord(entry) && field(entry, 'delivery') === mark)
  },
}

export const drivers: Readonly<Record<WeiboConfig['driver'], Driver>> = { share, biz }
