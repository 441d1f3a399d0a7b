// In: pictures per notice kind. Out: permanent media ids of the account's library.
// Must not run during an earthquake: a cover must exist before the draft that names it (channels.md §2.2).
import type { Reach } from '../../src/core/channel.ts'
import type { NoticeKind } from '../../src/core/notice.ts'
import { conceal } from '../wire/guard.ts'
import { readToken } from '../wire/json.ts'
import { writeMultipart } from '../wire/multipart.ts'
import { openCalls } from './call.ts'
import type { WechatConfig } from './config.ts'
import { describeError } from './errors.ts'

export type CoverName = NoticeKind | 'default'

export interface Cover {
  name: CoverName
  bytes: Uint8Array
}

export type UploadedCover = { name: CoverName; mediaId: string } | { name: CoverName; refused: string }

/** add_material, type image: bmp, png, jpeg or gif up to 10 MB (§2.2). */
const LARGEST_COVER = 10 * 1024 * 1024

/**
 * Uploads each cover once, in order. A refused one does not stop the others. Every call takes one of the 100,000
 * places of the library, so a lost reply is reported and not tried again.
 */
export async function uploadCovers(
  config: WechatConfig,
  reach: Reach,
  covers: readonly Cover[],
): Promise<UploadedCover[]> {
  const wechat = openCalls(config, reach)
  const uploaded: UploadedCover[] = []
  for (const { name, bytes } of covers) {
    const refuse = (reason: string) => {
      uploaded.push({ name, refused: conceal(reason, [config.secret, ...wechat.tokens]).slice(0, 400) })
    }
    const type = pictureType(bytes)
    if (type === null || bytes.length > LARGEST_COVER) {
      refuse(type === null ? '不是 PNG、JPEG、GIF 或 BMP 图片' : '图片超过 10 MB')
      continue
    }
    const file = { name: 'media', filename: `${name}.${type}`, type: `image/${type}`, bytes }
    const { contentType, body } = writeMultipart({}, file, reach.random())
    const reply = await wechat.send('material/add_material', { contentType, bytes: body }, 3, { type: 'image' })
    const mediaId = reply.got === 'ok' ? readToken(reply.body['media_id']) : null
    if (mediaId !== null) uploaded.push({ name, mediaId })
    else if (reply.got === 'error') refuse(describeError(reply))
    else if (reply.got === 'budget') refuse('调用额度已用完')
    else refuse(reply.got === 'ok' ? '回音里没有 media_id，请到素材库核对' : `${reply.reason}，请到素材库核对`)
  }
  return uploaded
}

const MAGIC: readonly { type: string; bytes: readonly number[] }[] = [
  { type: 'png', bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'jpeg', bytes: [0xff, 0xd8, 0xff] },
  { type: 'gif', bytes: [0x47, 0x49, 0x46, 0x38] },
  { type: 'bmp', bytes: [0x42, 0x4d] },
]

function pictureType(bytes: Uint8Array): string | null {
  return MAGIC.find((magic) => magic.bytes.every((byte, i) => bytes[i] === byte))?.type ?? null
}
