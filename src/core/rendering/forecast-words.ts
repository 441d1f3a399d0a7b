// In: nothing. Out: the patterns of sentences that predict an earthquake, and of true phrases that only look like it.
// Must stay bounded: every gap is a counted class without its own closing mark, so no pattern can run away.

/** Behind 地震 these make a compound that is no quake: 地震局, 地震信息, 地震演练 … */
const COMPOUND =
  '局|台|部门|工作|应急|科普|知识|演练|信息|监测|专家|学|速报|公告|目录|谣言|传言|系统|安全|动态|避险|救援|救灾|会商|模拟|参数|资料'
/** What would have to happen; 级 counts only behind a figure. */
const QUAKE = `(?:地震(?!${COMPOUND})|余震|强震|大震|主震|震情|有感震动|地动山摇|\\d(?:\\.\\d)?级)`
/** A stretch inside one clause. */
const clause = (longest: number): string => `[^，。；！？\\n]{0,${longest}}`
/** 有 as a verb: not 有关, 有感, and not a count of what was: 共有, 已有. */
const HAVE = '(?<![共已曾])有(?![关感])'
const OCCUR = `(?:发生|出现|爆发|来临|到来|来袭|迎来|遭遇|引发|诱发|${HAVE})`

// Looking back costs most, and would be done at every character: a pattern that does it looks first whether its own first
// words stand there at all, (?=…) before (?<!…).
const SPAN = '(?:\\d{1,3}|[一二三四五六七八九十几数两]{1,3})个?(?:小时|天|日|周|月|年)之?内'
const FORESEE = '(?:预计|预测|预报|预估|预料|估计|推测|研判|料)'

/** Sentences a bureau below the province may not utter (地震预报管理条例 art 14–15; 防震减灾法 art 29). */
const FUTURE = [
  // 将发生、即将有、必出现 … 地震; 将乐县 and 将军澳 are places
  `(?:将(?![乐军台])|就要|快要|马上要|还要|很快|必然?)(?:会)?${clause(14)}${OCCUR}${clause(16)}${QUAKE}`,
  // 还会在成都附近发生 …: 会 alone is everywhere, with a word of expectation it looks ahead over a whole clause
  `(?:还|仍|又|必|一定|肯定)会${clause(14)}${OCCUR}${clause(16)}${QUAKE}`,
  `(?:快要|就要|马上要|即将|将要)(?:有|来)?(?:大|强)?(?:地震(?!${COMPOUND})|震了)`,
  `(?=会)(?<!(?:为什么|为何|怎么|怎样|如何|每年)都?)(?<![机社协委员大总工学商例开集])会(?:再|再次|再度|继续|陆续|不断)?(?:发生|出现|爆发|引发|${HAVE})${clause(16)}${QUAKE}`,
  // 余震还将持续、地震活动将增强、地震即将来临
  `${QUAKE}(?:活动|序列)?(?:水平|频次|强度)?${clause(6)}(?:还将|仍将|将会|还会|仍会|即将|就要|快要|马上就?要?)${clause(10)}`,
  `${QUAKE}(?:活动|序列)?(?:水平|频次|强度)?(?:将(?![乐军台])|会(?![宁昌泽理同东]))(?:在${clause(10)})?(?:继续|持续|发生|来|增|减|逐|再|有(?!关)|衰|趋)`,
  `(?:震情|地震|余震)(?:活动|序列)?(?:水平)?${clause(4)}(?:趋于|趋向|逐步减弱|逐渐减弱)`,
  // 可能发生、或再次出现、不排除 … 地震
  `(?:可能|或许|恐怕?|也许|大概)(?:会|要)?${clause(8)}${OCCUR}${clause(16)}${QUAKE}`,
  `(?:可能|或许|恐)(?:会)?(?:达到?|超过)${clause(4)}\\d(?:\\.\\d)?级`,
  `(?:或|恐)(?:再|还|有更|发生)${clause(12)}${QUAKE}`,
  `不(?:能)?排除${clause(20)}(?:${QUAKE}|可能)`,
  `${QUAKE}的?(?:发生的?)?(?:可能性|概率|几率|机率|风险|危险性)`,
  `(?:可能性|概率|几率|机率)${clause(12)}${QUAKE}`,
  `(?:存在|具有|具备|仍有)${clause(12)}${QUAKE}${clause(8)}(?:可能|危险|背景)`,
  `${QUAKE}(?:仍|还|也|极|很|非常)?有?可能(?!有感)${clause(6)}(?:发生|再|持续)`,
  // 预计、预测 … 地震 (not 不能预测地震, not 散布地震预测意见)
  `(?=${FORESEE})(?<!(?:不能|不会|无法|不可|难以|尚未|没有|不得|不要|不应|无权|能够?|如何|关于)${clause(10)})${FORESEE}${clause(14)}(?:发生|出现|${HAVE}|将|会|持续|最大)${clause(12)}${QUAKE}`,
  // Calm, and still a forecast: 不会再发生、近期无、可以排除 … 更大地震 (wording-and-rules.md §2.8)
  `(?:不会|不再会?|不可能|不至于|不太可能|没有可能)${clause(10)}(?:发生|出现|再有|再|${HAVE})${clause(14)}${QUAKE}`,
  `(?:近期|短期|短时间内?|近日|未来|今后|接下来|目前)${clause(12)}(?:没有|无|不存在)(?:更大|较大|大的|强烈|破坏性)${clause(6)}${QUAKE}`,
  `(?:没有|无|不存在)${clause(4)}(?:更大|破坏性|强)的?(?:地震|余震)${clause(4)}(?:可能|危险|趋势|迹象|发生)`,
  `(?:排除|解除)${clause(12)}(?:更大|强|破坏性|大)${clause(4)}(?:地震|余震|震)${clause(6)}(?:可能|危险|警报)`,
  // 明天、未来三天、72小时内 … 有地震; 今日凌晨…发生 and 过去24小时内…发生 are past
  `(?:明天|明日|明晚|明早|后天|下周|下个?月|未来|今后|接下来)${clause(14)}(?:发生|出现|再|还会|${HAVE})${clause(14)}${QUAKE}`,
  `(?=${SPAN})(?<!(?:过去|近|此前|震后|以来|最初)${clause(2)})${SPAN}${clause(10)}(?:必|可能|要|再次?发生|${HAVE})${clause(14)}${QUAKE}`,
  `(?:今晚|今夜|今天夜里|夜间)${clause(8)}(?:还?有(?![关感])|要来|要地震|还要)${clause(10)}(?:${QUAKE}|震)`,
  `(?:还有|仍有|后面有|更大的?)(?:一次|一场)?(?:更大|更强|大|强)的?(?:地震|余震|震)`,
  `(?:大震|强震|更大的?地震|破坏性地震)(?:在后|还在后|要来|将至|临近|前兆)`,
  `${QUAKE}(?:可能|恐怕)?(?:还|尚)?在后(?:面|头)`,
  `(?:今晚|今夜|明天|凌晨|半夜|夜里|随时)${clause(8)}要(?:再)?(?:震|地震(?!${COMPOUND}))`,
  `前震[^。；！？\\n]{0,14}(?:主震|更大)`,
  `地震的?(?:窗口期|活跃期|高发期|危险期)`,
  // Trend opinions: only the province's own announcement may hold them (地震预报管理条例 art 22).
  `(?:地震|震情|余震)(?:活动)?趋势(?:为|是|以|平稳)`,
  `(?:主震[—－-]{1,2}余震型|震群型|孤立型)的?(?:可能|特征)`,
  // Early warning is never a notice (DESIGN §6.1).
  `地震波[^。；！？\\n]{0,16}(?:秒|到达|抵达)`,
  `\\d{1,3}秒(?:后|内)[^。；！？\\n]{0,10}(?:到达|抵达|来袭)`,
]

export const FORECASTS: readonly RegExp[] = FUTURE.map((source) => new RegExp(source, 'u'))

/** Words about guilt: facts of a case belong to the police, and no notice needs them. */
export const BLAME: readonly RegExp[] = [
  /违法|犯罪|涉嫌|嫌疑|拘留|逮捕|刑事|罪名|有罪|定罪|罪责|肇事|作案|始作俑者|罪魁/u,
  /(?:追究|承担|负有?)[^，。；！？\n]{0,8}(?:责任|刑责)(?!部门|编辑|单位)/u,
  /造谣(?:者|的?人|分子|生事|惑众)|谣言(?:制造|散布|传播)者|(?:恶意|故意|蓄意)(?:造谣|传谣|传播|散布|编造|捏造)/u,
  /别有用心|居心不良|渎职|玩忽|失职|归咎|怪罪|(?:责任|过错)(?:在|全在|归)(?!线)/u,
]

/** True phrases taken out before the forecast patterns are tried. */
export const TRUE_PHRASES: readonly RegExp[] = [
  // Law titles name forecasting without doing it.
  /《[^》《\n]{1,40}》/gu,
  /部分地区可能有感(?=[。，；、！？（）)】\s<]|$)/gu,
  /最终结果以正式速报为准/gu,
  // A quoted official 公告 with its issuer is the issuer's word (震后地震趋势判定公告), not ours.
  /(?:省|自治区|直辖市|国务院|中国|(?:北京|天津|上海|重庆)市)[^。；！？“”\n]{0,30}(?:公告|判定意见)[^。；！？“”\n]{0,12}[：:]?“[^”“\n]{1,300}”/gu,
  // A rumour in quotation marks that the same sentence denies.
  /网(?:络|上)?(?:流)?传[^。；！？“”\n]{0,20}“[^”“\n]{1,80}”[^。；！？“”\n]{0,20}(?:谣言|不实|不属实|虚假|没有依据)/gu,
]
