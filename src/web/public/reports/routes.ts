// In: what citizens and their programs post: reports, questions, receipts' codes. Out: pages and JSON that say what came of it.
// Must not log words, addresses or codes, nor answer one who is watched otherwise than others.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MOST_ATTACHMENT_BYTES } from '../../../core/attachments/attachment.ts'
import { formatUtc } from '../../../core/instant.ts'
import { isPublicAddress } from '../../../core/push/endpoint.ts'
import { fromWeb, hearFromOutside, type From, type OutsideContext } from '../../../rumour/outside.ts'
import { readReceipt } from '../../../rumour/receipts.ts'
import type { Page } from '../../../store/pages.ts'
import { openRoom } from '../../body-room.ts'
import { AROUND_FILE } from '../../file-form.ts'
import { SMALL_BODY } from '../../serving.ts'
import {
  NOTHING_TYPED,
  REPORT_FAULTS,
  type ReceiptPage,
  type ReportFault,
  type ReportPage,
  type TypedReport,
} from '../pages/report.ts'
import { openRateLimit, type RateLimit } from '../push/rate.ts'
import type { Language } from '../wording.ts'
import { describeFault, sightingSchema, toTold } from './api.ts'
import { checkReport, readReportForm } from './read-form.ts'

export interface ReportsContext extends OutsideContext {
  publicUrl: string
  /** Names the text that is agreed to: the one the form shows now. */
  consentVersion: string
  report: (page: ReportPage, language: Language) => Page
  receipt: (page: ReceiptPage, language: Language) => Page
}

/** A row and its seals each: more than any evening brings, and far less than would keep a citizen's page waiting. */
const REPORTING = { burst: 600, perSecond: 300, one: 30 } as const
/** Whoever guesses codes learns nothing, slowly. */
const ASKING = { burst: 200, perSecond: 50, one: 20 } as const
const API = '/api/v1/sightings'
const SMALL_FORM = 1_024
/** Ways of reading (address.ts). */
const ROOTS = ['', '/large', '/access'].flatMap((mode) => [
  { root: mode, language: 'zh' as const },
  { root: `${mode}/en`, language: 'en' as const },
])
const FORM = /^(?:\/(?:large|access))?(?:\/en)?\/rumours\/(?:report|receipt)$/
const KNOWN: readonly string[] = Object.keys(REPORT_FAULTS)

/** True for what is posted here: everything else is refused before its body is waited for. */
export function takesReport(method: string, url: string): boolean {
  const path = url.split('?')[0] ?? ''
  return method === 'POST' && (path === API || FORM.test(path))
}

/** Adds the routes. */
export function addReports(app: FastifyInstance, context: ReportsContext): void {
  const [reporting, asking] = [openRateLimit(REPORTING), openRateLimit(ASKING)]
  const hasRoom = openRoom()
  const send = (reply: FastifyReply, page: Page): FastifyReply =>
    reply.code(page.status).header('cache-control', 'no-store').type(page.contentType).send(page.body)
  const waits = (rate: RateLimit, request: FastifyRequest, reply: FastifyReply): boolean => {
    const wait = rate.ask(readAddressOf(request), context.now())
    if (wait > 0) reply.header('retry-after', String(Math.ceil(wait / 1_000)))
    return wait > 0
  }
  const consentOf = (language: Language, given: string): object | null =>
    given.trim() === '' ? null : { version: context.consentVersion, language, at: formatUtc(context.now()) }

  void app.register(async (scope) => {
    for (const type of ['application/x-www-form-urlencoded', /^multipart\/form-data/])
      scope.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

    for (const { root, language } of ROOTS) {
      const answer = (reply: FastifyReply, page: ReportPage): FastifyReply =>
        send(reply, context.report(page, language))
      scope.post(
        `${root}/rumours/report`,
        {
          bodyLimit: MOST_ATTACHMENT_BYTES + AROUND_FILE,
          onRequest: async (request, reply): Promise<unknown> => {
            if (hasRoom(request, reply)) return undefined
            reply.header('retry-after', '1').header('connection', 'close')
            return answer(reply, { typed: NOTHING_TYPED, fault: 'busy' })
          },
          // People read a page, not what programs read.
          errorHandler: (error, _request, reply) => {
            const isLarge = (error as { statusCode?: number }).statusCode === 413
            void answer(reply, { typed: NOTHING_TYPED, fault: isLarge ? 'picture' : 'form' })
          },
        },
        async (request, reply) => {
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
          const given = readReportForm(request.headers['content-type'] ?? '', body)
          const refuse = (fault: ReportFault, typed: TypedReport = given?.typed ?? NOTHING_TYPED): FastifyReply =>
            answer(reply, { typed, fault })
          if (request.headers['sec-fetch-site'] === 'cross-site') return refuse('foreign', NOTHING_TYPED)
          if (waits(reporting, request, reply)) return refuse('rate')
          if (given === null) return refuse('form')
          const checked = checkReport(given)
          if ('fault' in checked) return refuse(checked.fault)
          const { told, picture } = checked
          try {
            const heard = await hearFromOutside(context, told, fromRequest(request), {
              consent: consentOf(language, told.contact),
              ...(picture ? { picture } : {}),
            })
            if (heard.ok) return await answer(reply, { receipt: heard.receipt, asks: heard.sighting.stance === 'ask' })
            return await refuse(nameFault(heard.rule))
          } catch (error) {
            request.log.warn({ err: error }, 'a report could not be recorded')
            reply.header('retry-after', '5')
            return refuse('away')
          }
        },
      )
      const tell = (reply: FastifyReply, page: ReceiptPage): FastifyReply =>
        send(reply, context.receipt(page, language))
      const asks = {
        bodyLimit: SMALL_FORM,
        errorHandler: (_error: Error, _request: FastifyRequest, reply: FastifyReply): void =>
          void tell(reply, { fault: 'form' }),
      }
      scope.post(`${root}/rumours/receipt`, asks, async (request, reply) => {
        const show = (page: ReceiptPage): FastifyReply => tell(reply, page)
        if (waits(asking, request, reply)) return show({ fault: 'rate' })
        const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''
        const code = new URLSearchParams(body).get('code')
        if (code === null) return show({ fault: 'form' })
        try {
          return await show({ stand: await readReceipt(context.db, context.publicUrl, code) })
        } catch (error) {
          request.log.warn({ err: error }, 'a receipt could not be looked up')
          reply.header('retry-after', '5')
          return show({ fault: 'away' })
        }
      })
    }

    scope.post(API, { bodyLimit: SMALL_BODY }, async (request, reply) => {
      reply.header('cache-control', 'no-store')
      if (waits(reporting, request, reply)) return reply.code(429).send({ error: '请求过多，请稍后再试', rule: 'rate' })
      const parsed = sightingSchema.safeParse(request.body)
      if (!parsed.success) return reply.code(422).send(describeFault(parsed.error))
      const told = toTold(parsed.data, 'api')
      try {
        const heard = await hearFromOutside(context, told, fromRequest(request), {
          consent: consentOf('zh', told.contact),
        })
        if (heard.ok)
          return await reply.code(201).send({ receipt: heard.receipt, status: `${context.publicUrl}/rumours/receipt` })
        const { rule, reason } = heard
        return await reply.code(rule === 'quota' ? 429 : 422).send({ error: reason, rule })
      } catch (error) {
        request.log.warn({ err: error }, 'a report could not be recorded')
        return reply.code(503).header('retry-after', '5').send({ error: '暂时不能登记，请稍后再试', rule: 'store' })
      }
    })
  })
}

const nameFault = (rule: string): ReportFault => (KNOWN.includes(rule) ? (rule as ReportFault) : 'form')

/** Behind a proxy of our own (nginx.conf sets the header anew) it says who asks; whoever comes from outside is not believed. */
function readAddressOf({ ip, headers }: FastifyRequest): string {
  const said = headers['x-forwarded-for']
  const last = typeof said === 'string' ? (said.split(',').at(-1)?.trim() ?? '') : ''
  return !isPublicAddress(ip) && isPublicAddress(last) ? last : ip
}

function fromRequest(request: FastifyRequest): From {
  const { headers } = request
  const says = [headers['user-agent'] ?? '', headers['accept-language'] ?? ''].join(' ').slice(0, 400)
  return fromWeb(readAddressOf(request), says)
}
