// In: files that staff put beside a draft, and what they do with them. Out: the draft's page, or a file's bytes.
// Must not judge a file or a word: core/attachments and publish/writing do; every act goes under the account that is signed in.
import { nameFile } from '../../../core/attachments/attachment.ts'
import { keepAlt } from '../../../core/writing/fields.ts'
import type { Moved, WritingContext } from '../../../publish/writing/acts.ts'
import { arrangeFile, attachFile, type Arrangement } from '../../../publish/writing/attachments.ts'
import { findDraftFile } from '../../../store/attachments.ts'
import { seated } from '../account-routes.ts'
import type { DeskRoute, Shown, Visit } from '../door.ts'
import type { DeskFrame } from '../frame.ts'
import { refused } from '../refused.ts'

interface AttachmentPages {
  writing: WritingContext
  frame: DeskFrame
}

/** @param draftPage the draft's page with why something was not done */
export function listAttachmentRoutes(
  { writing, frame }: AttachmentPages,
  draftPage: (visit: Visit, refusal: string) => Promise<Shown>,
): DeskRoute[] {
  const who = (visit: Visit) => ({
    id: visit.params['id'] ?? '',
    seen: Number(visit.form.get('seen') ?? NaN),
    by: seated(visit).accountId,
  })
  const back = async (visit: Visit, moved: Moved): Promise<Shown> =>
    moved.ok ? { to: `/desk/drafts/${moved.draft.id}` } : draftPage(visit, moved.reason)
  return [
    {
      method: 'POST',
      path: '/drafts/:id/attachments',
      act: 'write-draft',
      file: true,
      handle: async (visit) => {
        const given = { bytes: visit.file ?? new Uint8Array(0), alt: keepAlt(visit.form.get('alt')) }
        return back(visit, await attachFile(writing, who(visit), given))
      },
    },
    {
      method: 'POST',
      path: '/drafts/:id/attachments/:file',
      act: 'write-draft',
      handle: async (visit) =>
        back(visit, await arrangeFile(writing, who(visit), visit.params['file'] ?? '', readArrangement(visit.form))),
    },
    {
      method: 'GET',
      path: '/drafts/:id/attachments/:file',
      act: 'write-draft',
      handle: async (visit) => {
        const sha256 = visit.params['file'] ?? ''
        const file = await findDraftFile(writing.pool, visit.params['id'] ?? '', sha256)
        if (file === 'altered')
          return refused({ frame }, seated(visit), 409, '附件与添加时不符，已停止提供，请核查数据库', '/desk/drafts')
        if (file) {
          const name = file.type === 'application/pdf' ? { name: nameFile({ sha256, type: file.type }) } : {}
          return { data: file.bytes, type: file.type, sealed: true, ...name }
        }
        return refused({ frame }, seated(visit), 404, '稿件没有这个附件', '/desk/drafts')
      },
    },
  ]
}

function readArrangement(form: URLSearchParams): Arrangement {
  const asked = form.get('do')
  return asked === 'remove' || asked === 'raise' ? { do: asked } : { do: 'describe', alt: keepAlt(form.get('alt')) }
}
