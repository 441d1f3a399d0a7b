// In: the plain spelling of a message. Out: what it asserts (its kind), how it stands to it (its stance), what it is about.
// Must not judge truth: an altered copy of an official notice reads like one, and only the catalogue tells them apart.

export const CLAIM_KINDS = [
  'closure',
  'casualty',
  'damage',
  'cause',
  'cover-up',
  'sign',
  'report',
  'predict',
  'occurred',
  'media',
  'supply',
  'advice',
  'other',
] as const
export type ClaimKind = (typeof CLAIM_KINDS)[number]

/** spread tells it on, deny rebuts it, ask asks. A denial never counts as a copy (rumours.md §0.3). */
export type Stance = 'spread' | 'deny' | 'ask'

const QUAKE =
  '(?:地震(?!局|台|预警|云|监测|部门|专家|演练|信息|知识|带|波|网)|余震|强震|大震|主震|震级|\\d级(?!(?:左右|以上|上下)?的?(?:强|大|阵|台)?风))'
/** The first that fits decides: what harms most stands first, what is in every message last. */
const KINDS: readonly (readonly [ClaimKind, RegExp])[] = [
  [
    'cover-up',
    /瞒报|隐瞒|谎报|(?:实际|其实|真实|真正)(?:震级|上)?(?:是|有|为|达到?)?[^,。!?]{0,6}\d级|真实震级|不敢(?:报|说|公布)|(?:官方|上面|专家|地震局)[^,。!?]{0,6}(?:少报|压着|不让|故意)|把\d+(?:\.\d)?级报成/u,
  ],
  [
    'cause',
    /核试验|核爆|核弹|人工(?:地震|诱发|引[发起])|人为|地震武器|气象武器|页岩气|压裂|采[煤矿油气]|爆破|蓄水|不是(?:自然|天然)地震|非天然地震|引[发起]的?(?:地震)?$/u,
  ],
  [
    'closure',
    /停[课学工业产运航电梯业班]|放假|休市|封[路城闭桥]|(?:高速|公路|道路|大桥|路段)[^,。!?]{0,4}封|(?:延期|推迟)(?:开学|考试|上课)|(?:高考|中考|考试)[^,。!?]{0,8}(?:延期|推迟|取消)|(?:延期|推迟)[^,。!?]{0,12}(?:高考|中考|考试)|关闭|停止(?:营业|上课|供)|不用上[班课学]|疏散通知|紧急撤离通知/u,
  ],
  [
    'casualty',
    /遇难|死(?:了|亡|伤|者)|\d+死|丧生|身亡|伤亡|失踪|受伤|重伤|被埋|埋在|压死|砸死|遗体|尸体|没了\d+|人没了|送医|罹难/u,
  ],
  [
    'sign',
    /蛤蟆|蟾蜍|青蛙|老鼠|蛇群?(?:出洞|过)|鱼(?:群)?(?:跳|翻|上浮|死)|(?:鸟|乌鸦|鸡|狗|猫|牛|羊|马|猪|蚂蚁|蜜蜂|蚯蚓|蝙蝠|动物)[^,。!?]{0,10}(?:异常|反常|乱|狂|飞|搬|叫|不进|成群|出来|跑)|井水|泉水|温泉|地下水|冒泡|变浑|地震云|地光|地声|怪声|前兆|异象|征兆|反常/u,
  ],
  ['report', /(?:自动|正式)测定|震源深度|速报[:：]|台网[^,。]{0,6}测定/u],
  [
    'damage',
    /塌|倒(?:了|塌|下|掉)|垮|溃(?:坝|堤|决)|决堤|裂(?:缝|开|了)|(?:大坝|水库|堤坝|管涌)[^,。!?]{0,8}(?:险|裂|漏|崩|垮|溃|决|泄)|断(?:了|裂|成)|损毁|泄漏|核泄漏|山体滑坡|塌方|决口/u,
  ],
  [
    'predict',
    new RegExp(
      `(?:将|要|会(?!议|商|长|员)|快|即将|可能|预测|预报|预计|预警|必有|必将|还有|马上|随时)[^,。!?]{0,18}${QUAKE}|${QUAKE}[^,。!?]{0,6}(?:要来|要到|将至|来袭|快来|即将|就要|还在后)|(?:今晚|今夜|今天|今日|明天|明晚|后天|凌晨|半夜|夜里|下午|上午|晚上|本周|这周|下周|周[1-7一二三四五六日末]|\\d日|天内|小时内|月内)[^,。!?]{0,14}(?:有|还有)?[^,。!?]{0,8}${QUAKE}`,
      'u',
    ),
  ],
  ['occurred', /刚刚|刚才|震感|晃|(?:已经?|突然)?发生(?:了|过)?|地动/u],
  ['media', /视频|照片|图片|现场|画面|监控|实拍|直播/u],
  ['supply', /停水|断水|断电|断网|抢购|囤|物资|涨价|加油站|超市/u],
  ['advice', /应急包|躲|避险|怎么办|注意事项|演练|科普|自救|预警功能|宣传/u],
]

const SOUND_OF_NOW = /(?:刚刚|刚才|刚|就在刚刚?)[^,。!?]{0,10}(?:发生|地震|\d级|晃|震了)/u
/** 刚刚接到消息 tells when it was heard, not when it was. */
const JUST_HEARD = /刚(?:刚|才)?(?:又)?(?:接到|得到|收到|听到|听|看到|传来|打|给|发|来)/gu
const PAST_PICTURES = /视频|照片|现场画面|实拍|监控/u

/** What a message asserts. A quake that is told as past is none that is foretold, whatever day words stand beside. */
export function findKind(plain: string): ClaimKind {
  for (const [kind, pattern] of KINDS) {
    if (!pattern.test(plain)) continue
    if (
      kind === 'predict' &&
      SOUND_OF_NOW.test(plain.replaceAll(JUST_HEARD, '')) &&
      !/(?:将|还会|还有|要来|要地?震|预测|预报|余震)/u.test(plain)
    )
      return 'occurred'
    // A forecast that borrows an official text's opening is a forecast.
    if (kind === 'report' && /余震|将(?:会|要|有|再|发生)|预测|预报/u.test(plain)) continue
    if (kind === 'damage' && PAST_PICTURES.test(plain)) return 'media'
    return kind
  }
  return 'other'
}

/** Words that look like a denial and are none: 这不是谣言, 不管真假. */
const NO_DENIAL =
  /(?:不是|并非|绝非|绝不是|不算|非)(?:什么)?(?:谣言|造谣|假消息|假的|虚假|开玩笑)|(?:不管|无论)(?:是)?真(?:的)?(?:是)?假|是真是假|别说(?:我|是)(?:造谣|谣言)|(?:没|不)(?:有)?造谣|不是(?:自然|天然)|辟谣(?:也)?(?:没用|是假)|(?:说|称)(?:这)?是?谣言[^。!?]{0,8}(?:其实|但|可|别信)|(?:宁可信其有|信则有)|(?:是|都是)?假的[,;!。]?(?:其实|实际|实则)|有没有|(?:说|称|讲)[^,。!?]{0,12}(?:未|没有|没)发生[^。!?]{0,8}(?:其实|但|骗)/gu
const DENIAL =
  /谣言|辟谣|传谣|信谣|造谣|谣传|不实|不属实|并不属实|失实|假消息|虚假|(?:是|系|为|属于?|均为|都是|纯属)(?:假|伪造|编造|捏造|杜撰|误传|讹传|恶搞|旧闻|旧视频|ps|移花接木|张冠李戴)|假的|伪造|编造|捏造|杜撰|子虚乌有|无中生有|(?:无|没有|毫无|缺乏|没)(?:任何)?(?:科学)?(?:依据|根据|事实根据)|(?:从未|未曾|并未|没有|未)(?:发布|作出|做出|发出|接到|收到|下发|出台)[^,。!?]{0,14}(?:预报|预测|通知|消息|信息|报告|公告|停课|意见)|无稽之谈|不可信|(?:请)?勿(?:轻)?信|不要(?:轻信|相信)|(?:切勿|不要|请勿)(?:以讹传讹)|否认|澄清|系误|与事实不符|真相是|并非事实|没有这回事|没有这(?:个|种)?事|不存在[^,。!?]{0,16}(?:情况|现象|问题|此事|一说|说法)|不存在(?:此|这|该|所谓)|(?:未|没有|并没)(?:发生|出现)(?!大)|并无|未见异常|无[^,。!?]{1,8}(?:情况|现象|险情)|正常(?:上课|开放|运行|接诊|营业|供应|供水|供电|通行|施工|教学)|(?:运行|通行|秩序|供应)(?:安全|正常)|(?:安全|平稳)运行|(?:系|是|为)(?:合成|摆拍|剪辑|电影|影视|游戏画面|演习画面|ai生成)|(?:不必|无需|不用)(?:恐慌|惊慌|担心)|(?:不要|请勿|勿)(?:再)?(?:传播|散布|以讹传讹)|(?:暂无|尚无|没有|未有|未接到|未收到|无)(?:人员)?伤亡/u
const QUESTION =
  /请问|求证|求辟谣|是不是(?:真|要|会|有)|真的假的|真假\?|真的吗|是真的\?|(?:吗|么|呢)[?!。~]*$|(?<!知道|晓得|听说|听说了|记得|信)吗[,?!。]|\?[!?。]*$|(?:到底|究竟)(?:有没有|是不是|会不会)|有没有(?:人|知道|听说|消息|感觉|说)|谁知道|靠谱吗|是真是假\?/u

/** An official text that tells a quake also tells that nobody was hurt: that denies nothing. */
const TELLS_QUAKE = /测定|发生\d+(?:\.\d)?级/u
const NONE_HURT = /(?:暂|尚|目前|暂时)?(?:未|无|没有)(?:接到|收到|接报)?(?:人员)?伤亡(?:的?报告|和财产损失)?/gu

/** How a message stands to what it says; 求辟谣 asks and does not deny. */
export function findStance(plain: string): Stance {
  const said = TELLS_QUAKE.test(plain) ? plain.replaceAll(NONE_HURT, '') : plain
  const text = said.replaceAll(NO_DENIAL, '')
  const asks = QUESTION.test(plain.trim())
  if (/求辟谣|求证/u.test(text)) return 'ask'
  if (DENIAL.test(text)) return asks && !/【辟谣】|辟谣[:：]|系谣言|不属实|为谣言|是谣言/u.test(text) ? 'ask' : 'deny'
  return asks ? 'ask' : 'spread'
}

/** Names of one subject, the first stands for all: beings and things that quake rumours speak of. */
const SUBJECTS =
  '遇难 死亡 死了 人死 丧生 身亡 罹难 遗体 尸体|受伤 重伤 轻伤 人伤|失踪 失联|被埋 埋在 被困|蛤蟆 蟾蜍 青蛙|老鼠 鼠|蛇|鱼群 鱼|鸟 乌鸦 麻雀|狗|猫|鸡|牛|羊|马匹|蚂蚁|蚯蚓|蜜蜂|蝙蝠|井水|泉水 温泉|河水|湖水|地震云|地光|地声 怪声 怪响|核试验 核爆|页岩气 压裂|采煤 煤矿|采油 油田|爆破|蓄水|武器|水库|大坝|大桥|高速|高铁 铁路 火车|地铁|机场 航班|学校 中小学 小学 中学 停课|小学|中学|初中|高中|幼儿园|大学|工厂 工业园|医院|人民医院|中医院|妇幼|中心医院|超市|加油站|停水 供水|停电 供电 断电|停气 燃气|断网 基站|核电站|化工厂|教学楼|居民楼|酒店 宾馆|火山|海啸|滑坡|泥石流|堰塞湖|台风|大风|暴雨'
    .split('|')
    .map((names) => names.split(' '))

/** By the first character of a name, so that a message is gone through once: each name, and the place of its subject. */
const NAMES = new Map<string, [name: string, subject: number][]>()
for (const [subject, names] of SUBJECTS.entries()) {
  for (const name of names) NAMES.set(name.charAt(0), [...(NAMES.get(name.charAt(0)) ?? []), [name, subject]])
}

/** Which of the subjects a message names, at most all of them. */
export function findSubjects(plain: string): string[] {
  const found = new Set<number>()
  for (let at = 0; at < plain.length; at += 1) {
    for (const [name, subject] of NAMES.get(plain.charAt(at)) ?? []) if (plain.startsWith(name, at)) found.add(subject)
  }
  return [...found].sort((a, b) => a - b).map((subject) => SUBJECTS[subject]?.[0] ?? '')
}
