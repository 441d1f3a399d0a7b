// In: nothing. Out: the patterns of sentences that predict an earthquake, and of true phrases that only look like it.
// Must stay bounded: every gap is a counted class without its own closing mark, so no pattern can run away.

/** What would have to happen. 级 alone counts only behind a figure. */
const QUAKE = '(?:地震|余震|强震|大震|主震|震情|有感震动|地动山摇|\\d(?:\\.\\d)?级)'
/** A stretch inside one clause. */
const clause = (longest: number): string => `[^，。；！？\\n]{0,${longest}}`
/** Verbs of occurring; 有关 and 有感 are not 有. */
const OCCUR =
  '(?:发生|出现|爆发|来临|到来|来袭|迎来|遭遇|再来|再次|再有|再发|还有|存在|引发|诱发|持续|加剧|有(?![关感]))'

/** Sentences a bureau below the province may not utter (地震预报管理条例 art 14–15; 防震减灾法 art 29). */
export const FORECASTS: readonly RegExp[] = [
  // 将发生、即将有、还会出现、将会持续 … 地震
  new RegExp(
    `(?:将|即将|还将|仍将|将会|还会|仍会|必将|就要|快要|马上要|很快)(?:会)?${clause(14)}${OCCUR}${clause(16)}${QUAKE}`,
  ),
  new RegExp(`(?<!机)会(?:再|再次|再度|继续|陆续|不断)?(?:发生|出现|爆发|引发|有(?![关感]))${clause(16)}${QUAKE}`),
  // 地震/余震 … 将持续、还会有、即将来临、仍将活跃
  new RegExp(`${QUAKE}(?:活动)?${clause(6)}(?:还将|仍将|将会|还会|仍会|即将|就要|快要|马上就?要?)${clause(10)}`),
  new RegExp(`${QUAKE}(?:活动)?(?:将|会)(?:在${clause(10)})?(?:继续|持续|发生|来|增|减|逐|再|有(?!关)|衰|趋)`),
  // 可能发生、有可能出现更大、或有、不排除 … 地震
  new RegExp(`(?:可能|或许|或将|恐将|恐怕|也许|大概)(?:会|要)?${clause(8)}${OCCUR}${clause(16)}${QUAKE}`),
  new RegExp(`(?:或|恐)(?:再|还|有更|发生)${clause(12)}${QUAKE}`),
  new RegExp(`不(?:能)?排除${clause(20)}(?:${QUAKE}|可能)`),
  new RegExp(`${QUAKE}的?(?:发生的?)?(?:可能性|概率|几率|机率|风险|危险性)`),
  new RegExp(`(?:可能性|概率|几率|机率)${clause(12)}${QUAKE}`),
  new RegExp(`(?:存在|具有|具备|仍有)${clause(12)}${QUAKE}${clause(8)}(?:可能|危险|背景)`),
  new RegExp(`${QUAKE}(?:仍|还|也|极|很|非常)?有?可能(?!有感)${clause(6)}(?:发生|再|持续|增|影响)`),
  // 预计、预测、预报 … 地震 (not 不能预测地震, not 散布地震预测意见)
  new RegExp(
    `(?<!(?:不能|不会|无法|不可|难以|尚未|没有|不得|不要|不应|无权|能够?|如何|关于)${clause(10)})` +
      `(?:预计|预测|预报|预估|预料|估计|推测|研判|料)${clause(14)}(?:发生|出现|有(?![关感])|将|会|持续)${clause(12)}(?:${QUAKE}|$)`,
  ),
  // 不会再发生、近期无、没有更大、排除 … 地震: calm, and still a forecast (wording-and-rules.md §2.8)
  new RegExp(
    `(?:不会|不再会?|不可能|不至于|不太可能|没有可能)${clause(10)}(?:发生|出现|再有|再|有(?![关感]))${clause(14)}${QUAKE}`,
  ),
  new RegExp(
    `(?:近期|短期|短时间内?|近日|未来|今后|接下来|目前)${clause(12)}(?:没有|无|不存在)(?:更大|较大|大的|强烈|破坏性)${clause(6)}${QUAKE}`,
  ),
  new RegExp(
    `(?:没有|无|不存在)${clause(4)}(?:更大|破坏性|强)的?(?:地震|余震)${clause(4)}(?:可能|危险|趋势|迹象|发生)`,
  ),
  new RegExp(
    `(?:排除|解除)${clause(12)}(?:更大|强|破坏性|大)${clause(4)}(?:地震|余震|震)${clause(6)}(?:可能|危险|警报)`,
  ),
  // 明天、未来三天、今晚 … 有地震; a past 今日凌晨 is no mark
  new RegExp(
    `(?:明天|明日|明晚|明早|后天|下周|下个月|下月|未来|今后|接下来|(?:\\d{1,3}|[一二三四五六七八九十几数两]{1,3})(?:个)?(?:小时|天|日|周|月|年)(?:之)?内)` +
      `${clause(14)}(?:发生|出现|再|还|有(?![关感])|将|会|可能)${clause(14)}${QUAKE}`,
  ),
  new RegExp(`(?:今晚|今夜|今天夜里|夜间)${clause(8)}(?:还?有(?![关感])|要来|要地震|还要)${clause(10)}(?:${QUAKE}|震)`),
  new RegExp(`(?:还有|仍有|后面有|更大的?)(?:一次|一场)?(?:更大|更强|大|强)的?(?:地震|余震|震)`),
  new RegExp(`(?:大震|强震|更大的?地震|破坏性地震)(?:在后|还在后|要来|将至|临近|前兆)`),
  new RegExp(`前震${clause(10)}(?:主震|更大)`),
  // Trend opinions: only the province's own announcement may hold them (地震预报管理条例 art 22).
  /(?:地震|震情|余震)(?:活动)?趋势(?:为|是|以)/,
  /(?:主震[—－-]余震型|震群型|孤立型)(?:的?(?:可能|特征))/,
  // Early warning is never a notice (DESIGN §6.1).
  /地震波[^。；！？\n]{0,16}(?:秒|到达|抵达)|\d{1,3}秒(?:后|内)[^。；！？\n]{0,10}(?:到达|抵达|来袭)/,
]

/** Words about guilt: facts of a case belong to the police, and no notice needs them. */
export const BLAME: readonly RegExp[] = [
  /违法|犯罪|涉嫌|嫌疑|拘留|逮捕|刑事|罪名|有罪|定罪|罪责|肇事|作案|始作俑者|罪魁/,
  /(?:追究|承担|负有?)[^，。；！？\n]{0,8}(?:责任|刑责)(?!部门|编辑|单位)/,
  /造谣(?:者|的?人|分子|生事|惑众)|谣言(?:制造|散布|传播)者|(?:恶意|故意|蓄意)(?:造谣|传谣|传播|散布|编造|捏造)/,
  /别有用心|居心不良|渎职|玩忽|失职|归咎|怪罪|(?:责任|过错)(?:在|全在|归)(?!线)/,
]

/** True phrases taken out before the forecast patterns are tried. */
export const TRUE_PHRASES: readonly RegExp[] = [
  // Law titles name forecasting without doing it.
  /《[^》《\n]{1,40}》/g,
  /部分地区可能有感(?=[。，；、！？）)】\s<]|$)/g,
  /最终结果以正式速报为准/g,
  // A quoted official 公告 with its issuer is the issuer's word (震后地震趋势判定公告), not ours.
  /(?:省|自治区|直辖市|国务院|中国)[^。；！？“”\n]{0,30}(?:公告|判定意见)[^。；！？“”\n]{0,12}[：:]?“[^”“\n]{1,300}”/g,
]
