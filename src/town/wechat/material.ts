// In: a media part. Out: a permanent material or a picture address for article bodies.
// Must not take what the platform refuses: kinds by their first bytes, sizes as in reference channels.md §2.2.
import { sniffMedia } from '../wire.ts'
import type { FilePart, Reply, TownRequest } from '../wire.ts'
import { wechatError, wechatOk } from './envelope.ts'
import { mintText } from './state.ts'
import type { WechatState } from './state.ts'

const KB = 1_024
const MB = 1_024 * KB
/** Kinds are those of sniffMedia. */
const TYPES: Record<string, { kinds: readonly string[]; max: number; cap: number }> = {
  image: { kinds: ['bmp', 'png', 'jpeg', 'gif'], max: 10 * MB, cap: 100_000 },
  voice: { kinds: ['mp3', 'amr'], max: 2 * MB, cap: 1_000 },
  video: { kinds: ['mp4'], max: 10 * MB, cap: 1_000 },
  thumb: { kinds: ['jpeg'], max: 64 * KB, cap: 1_000 },
}

/** POST media/uploadimg: jpg or png below 1 MB; the address is what article bodies may show. */
export function answerUploadImage(file: FilePart, state: WechatState): Reply {
  const kind = sniffMedia(file.bytes)
  if (kind !== 'jpeg' && kind !== 'png') return wechatError(state, 40005)
  if (file.bytes.length >= MB) return wechatError(state, 45001)
  const url = `http://mmbiz.qpic.cn/mmbiz_${kind === 'png' ? 'png' : 'jpg'}/${mintText(state, 'picture', 60)}/0`
  state.images.push(url)
  return wechatOk(state, { url })
}

/** POST material/add_material?type=…: a permanent material. */
export function answerAddMaterial(request: TownRequest, file: FilePart, state: WechatState): Reply {
  const type = request.query.get('type') ?? ''
  const rule = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined
  if (!rule) return wechatError(state, 40004)
  const kind = sniffMedia(file.bytes)
  if (!kind || !rule.kinds.includes(kind)) return wechatError(state, type === 'video' ? 40004 : 40005)
  if (file.bytes.length > rule.max) return wechatError(state, type === 'image' ? 40009 : 45001)
  if (state.materials.filter((one) => one.type === type).length >= rule.cap) {
    return wechatError(state, 45010, 'create menu limit: material library is full')
  }
  const mediaId = mintText(state, 'material', 64)
  state.materials.push({ mediaId, type, bytes: file.bytes.length })
  const url = `http://mmbiz.qpic.cn/mmbiz_${kind}/${mintText(state, 'material-url', 40)}/0?wx_fmt=${kind}`
  return wechatOk(state, { media_id: mediaId, ...(type === 'image' ? { url } : {}), item: [] })
}
