// In: nothing. Out: the table of every public page, what it says and what one does on it, for tests that go through all of them.
// A page of the house without a row here, or a row without a page, fails (keyboard.test.ts).
import type { FastifyInstance } from 'fastify'

/** What a page is there for, done with the keyboard alone and without a script. */
export interface Act {
  /** Where the focus must come to, by Tab. */
  on: string
  /** Typed there before Enter. */
  type?: string
  /** Path and query of the page it leads to. */
  leads: RegExp
}

export interface PublicPage {
  /** As its route or its maker names it, in plain Chinese. */
  address: string
  /** Where the sample site has one. */
  at: string
  /** In its main part, without a script; in Chinese and, where the page exists in English, in English. */
  says: RegExp
  english: RegExp | null
  /** Null: it is there to be read. */
  act: Act | null
}

const NOTICE: Omit<PublicPage, 'address' | 'at'> = {
  says: /阿拉善左旗发生5\.0级地震[\s\S]*公告编号/,
  english: /Verification code/,
  act: { on: 'main a[href$="quakes/q-1"]', leads: /\/quakes\/q-1$/ },
}

export const PUBLIC_PAGES: readonly PublicPage[] = [
  {
    address: '/',
    at: '/',
    says: /最新公告[\s\S]*阿拉善左旗发生5\.0级地震[\s\S]*已经知道/,
    english: /What is known/,
    act: { on: 'main h1 a', leads: /\/n\/bbbb3333$/ },
  },
  { address: '/n/:code', at: '/n/bbbb3333', ...NOTICE },
  { address: '/notices/:id', at: '/notices/n-bbbb3333', ...NOTICE },
  {
    address: '/quakes/:id',
    at: '/quakes/q-1',
    says: /各家测定结果[\s\S]*数字为什么不一样/,
    english: /All determinations/,
    act: { on: 'main .notices a', leads: /\/n\/bbbb3333$/ },
  },
  {
    address: '/notices',
    at: '/notices',
    says: /全部公告[\s\S]*阿拉善左旗发生5\.0级地震/,
    english: /All notices/,
    act: { on: '#q', type: 'alxa 5', leads: /\/notices\?q=alxa\+5&kind=$/ },
  },
  {
    address: '/guide',
    at: '/guide',
    says: /现在该做什么[\s\S]*护住头/,
    english: /What to do/,
    act: { on: 'main .here a', leads: /\/guide#band-[a-z]+$/ },
  },
  {
    address: '/rumours',
    at: '/rumours',
    says: /辟谣[\s\S]*网传近期有大地震的消息没有依据[\s\S]*网传信息核实中/,
    english: /Rumours checked/,
    act: { on: 'main .notices a', leads: /\/rumours\/hhhh9999$/ },
  },
  {
    address: '/rumours/report',
    at: '/rumours/report',
    says: /反映传言、提问[\s\S]*不需要登录[\s\S]*联系方式（可以不填）/,
    english: /Report a rumour or ask/,
    act: { on: 'main .more a[href$="rumours/receipt"]', leads: /\/rumours\/receipt$/ },
  },
  {
    address: '/rumours/receipt',
    at: '/rumours/receipt',
    says: /查询办理情况[\s\S]*编号/,
    english: /Look up a code/,
    act: { on: 'main .more a[href$="rumours/report"]', leads: /\/rumours\/report$/ },
  },
  {
    address: '/rumours/:id',
    at: '/rumours/hhhh9999',
    says: /缺乏依据[\s\S]*事实[\s\S]*网传的说法[\s\S]*《地震预报管理条例》第十四条/,
    english: /What was claimed/,
    act: { on: 'main article ul a', leads: /\/n\/gggg8888$/ },
  },
  { address: '/announcements', at: '/announcements', says: /关于开展地震应急演练的通知/, english: /演练/, act: null },
  { address: '/timeliness', at: '/timeliness', says: /公开时效[\s\S]*2017年6月/, english: /June 2017/, act: null },
  {
    address: '/errata',
    at: '/errata',
    says: /【已更正】[\s\S]*【已撤回】/,
    english: /withdrawals/,
    act: { on: 'main .erratum .more a', leads: /\/n\/eeee6666$/ },
  },
  {
    address: '/data',
    at: '/data',
    says: /订阅源[\s\S]*OpenAPI/,
    english: /Feeds/,
    act: { on: 'main a', leads: /\/feeds\/notices\.atom$/ },
  },
  {
    address: '/subscribe',
    at: '/subscribe',
    says: /订阅地震推送[\s\S]*现在无法在本页订阅/,
    english: /not possible on this page/,
    act: { on: 'main p a', leads: /\/$/ },
  },
  {
    address: '/unsubscribe/:ticket',
    at: '/unsubscribe/abc.token',
    says: /退订地震推送/,
    english: /Unsubscribe/,
    act: { on: 'main button', leads: /\/unsubscribe\/done$/ },
  },
  // Shown under a ticket's address; its own leads nowhere.
  { address: '/unsubscribe/ask', at: '/unsubscribe/ask', says: /退订地震推送/, english: /Unsubscribe/, act: null },
  {
    address: '/unsubscribe/done',
    at: '/unsubscribe/done',
    says: /已退订/,
    english: /Unsubscribed/,
    act: { on: 'main a', leads: /\/subscribe$/ },
  },
  {
    address: '/unsubscribe/failed',
    at: '/unsubscribe/failed',
    says: /暂时没能退订/,
    english: /Not unsubscribed yet/,
    act: { on: 'main a', leads: /\/subscribe$/ },
  },
  { address: '/about', at: '/about', says: /本局不发布地震预报/, english: /forecast/, act: null },
  { address: '/accessibility', at: '/accessibility', says: /长者版（大字、单栏）/, english: /keyboard/, act: null },
  { address: '/privacy', at: '/privacy', says: /不用 Cookie/, english: /cookies/i, act: null },
  { address: '/screen', at: '/screen', says: /阿拉善左旗发生5\.0级地震/, english: /阿拉善/, act: null },
  {
    address: '/404',
    at: '/nowhere',
    says: /没有这个页面/,
    english: null,
    act: { on: 'main a', leads: /\/$/ },
  },
]

/** The row's address that a stored page belongs to. */
export function addressOf(path: string): string {
  return (
    path
      .replace(/^404$/, '/404')
      .replace(/^\/en(?=\/)/, '')
      .replace(/^\/n\/\w+$/, '/n/:code')
      .replace(/^\/notices\/[\w-]+$/, '/notices/:id')
      .replace(/^\/rumours\/[2-9a-zB]{8}$/, '/rumours/:id')
      .replace(/^\/quakes\/[\w-]+$/, '/quakes/:id') || '/'
  )
}

/** Routes that are no pages: the API, pictures, files beside notices, signs of life. */
const NO_PAGES =
  /^\/(?:api\/v1\/.+|healthz|readyz|metrics|(?:n|attachments)\/:file|screen\/current\.(?:txt|json))$|^\/?\*$/

/** Addresses of the router that people open, in plain Chinese. */
export function listRoutes(app: FastifyInstance): string[] {
  const open: string[] = []
  const found = new Set<string>()
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent, part, methods] = /^(.*?)[├└]── (\S+)(?: \(([^)]*)\))?$/.exec(line) ?? []
    if (indent === undefined || part === undefined) continue
    open.length = indent.length / 4
    open.push(part)
    if (methods?.includes('GET')) found.add(open.join(''))
  }
  const plain = [...found].map((path) => path.replace(/^\/(?:large|access)(?=\/)/, ''))
  return [...new Set(plain.map(addressOf))].filter((path) => !NO_PAGES.test(path))
}
