// In: an account, and pictures named by notice kind. Out: covers in its library, kept in the box, each tried on a draft.
// Must not publish: a draft is added and deleted again, nobody but the account's own staff could see it.
import { z } from 'zod'
import type { Box, Reach, SetUpFile, SetUpReport } from '../../src/core/channel.ts'
import { NOTICE_KINDS } from '../../src/core/notice.ts'
import { conceal } from '../wire/guard.ts'
import { readToken } from '../wire/json.ts'
import { openCalls, type Wechat } from './call.ts'
import { coverFor, listArticleLegs, UPLOADED, type WechatConfig } from './config.ts'
import { uploadCovers, type CoverName } from './covers.ts'
import { describeError } from './errors.ts'
import { FOR_EVER } from './limits.ts'
import { inspectCredential } from './token.ts'

/** Box key: media ids by kind, as uploaded. */
const COVERS_KEY = 'covers'
const kept = z.record(z.string(), z.string())

type Covers = WechatConfig['covers']

async function readKept(box: Box): Promise<Covers> {
  const text = (await box.read(COVERS_KEY))?.value
  if (text === undefined) return {}
  try {
    return kept.parse(JSON.parse(text))
  } catch {
    return {}
  }
}

/** Kinds without a cover that the platform knows. */
function listBare(covers: Covers): string[] {
  return NOTICE_KINDS.filter((kind) => [null, UPLOADED].includes(coverFor({ covers }, kind)))
}

/** A media_id of the YAML stands; what it leaves out or calls `uploaded` is what was uploaded. */
export async function adoptCovers(config: WechatConfig, box: Box): Promise<{ config: WechatConfig; lacks: string[] }> {
  const own = Object.entries(config.covers).filter(([, mediaId]) => mediaId !== UPLOADED)
  const covers: Covers = { ...(await readKept(box)), ...Object.fromEntries(own) }
  const bare = listArticleLegs(config).length === 0 ? [] : listBare(covers)
  if (bare.length === 0) return { config: { ...config, covers }, lacks: [] }
  const lacks = [
    `covers: ${listArticleLegs(config).join(' and ')} need a cover, and none was uploaded for ${bare.join(', ')}; ` +
      'start with mode: rehearsal, run npm run desk -- setup-wechat <outlet> --covers <folder> --as <name>, then remove the mode',
  ]
  // The word stays in its place, so that a rehearsal can show the whole text.
  return { config: { ...config, covers: { ...covers, default: covers.default ?? UPLOADED } }, lacks }
}

/** Credential, covers, permission for drafts: everything that would otherwise fail first at night. */
export async function setUpAccount(
  config: WechatConfig,
  reach: Reach,
  files: readonly SetUpFile[],
): Promise<SetUpReport> {
  const report: SetUpReport = { done: [], missing: [] }
  const wechat = openCalls(config, reach)
  const clean = (lines: string[]) => lines.map((line) => conceal(line, [config.secret, ...wechat.tokens]).slice(0, 400))
  const credential = await inspectCredential(config, reach)
  if (credential.state !== 'well') {
    report.missing.push(`access_token：${credential.reason}`)
    return { done: [], missing: clean(report.missing) }
  }
  report.done.push('access_token：AppID、AppSecret、IP 白名单可用')
  await upload(config, reach, files, report)
  const adopted = await adoptCovers(config, reach.box)
  report.missing.push(...adopted.lacks)
  if (listArticleLegs(config).length > 0) await tryDrafts(wechat, adopted.config.covers, report)
  return { done: clean(report.done), missing: clean(report.missing) }
}

async function upload(
  config: WechatConfig,
  reach: Reach,
  files: readonly SetUpFile[],
  report: SetUpReport,
): Promise<void> {
  const names: readonly string[] = [...NOTICE_KINDS, 'default']
  for (const { name, bytes } of files) {
    const kind = name.replace(/\.[a-z]+$/i, '')
    if (!names.includes(kind)) {
      report.missing.push(`${name}：不是公告种类；应为 ${names.join('、')} 之一加图片后缀`)
      continue
    }
    const [cover] = await uploadCovers(config, reach, [{ name: kind as CoverName, bytes }])
    if (cover === undefined || 'refused' in cover) {
      report.missing.push(`${name}：${cover?.refused ?? '未上传'}`)
      continue
    }
    // At once: an id that is lost would leave a picture in the library that nobody uses.
    const covers = { ...(await readKept(reach.box)), [cover.name]: cover.mediaId }
    await reach.box.write(COVERS_KEY, JSON.stringify(covers), reach.now() + FOR_EVER)
    const own = config.covers[cover.name]
    const stays = own !== undefined && own !== UPLOADED
    report.done.push(`${name}：已上传，media_id ${cover.mediaId}${stays ? '；quakedesk.yaml 另有指定，以其为准' : ''}`)
  }
}

/** draft/add and draft/delete with every cover: wrong ids (40007) and missing permissions (48001) show here. */
async function tryDrafts(wechat: Wechat, covers: Covers, report: SetUpReport): Promise<void> {
  const ids = new Set(Object.values(covers).filter((id) => id !== undefined && id !== UPLOADED))
  for (const id of ids) {
    const kinds = Object.entries(covers).flatMap(([kind, own]) => (own === id ? kind : []))
    const draft = {
      article_type: 'news',
      title: '【测试】封面检查',
      digest: '测试草稿，不发布',
      content: '<p>测试草稿，不发布。</p>',
      thumb_media_id: id,
    }
    const added = await wechat.call('draft/add', { articles: [draft] }, 3)
    const mediaId = added.got === 'ok' ? readToken(added.body['media_id']) : null
    if (mediaId === null) {
      const why = added.got === 'error' ? describeError(added) : 'reason' in added ? added.reason : '没有结果'
      report.missing.push(`封面 ${id}（${kinds.join('、')}）不能用于草稿：${why}`)
      continue
    }
    const removed = await wechat.call('draft/delete', { media_id: mediaId }, 3)
    if (removed.got !== 'ok') report.missing.push('检查用的草稿未能删除，请在草稿箱删除“【测试】封面检查”')
    report.done.push(`封面 ${id}（${kinds.join('、')}）可用于草稿`)
  }
}
