// In: official names of administrative units. Out: the forms in which notices and people write them.
// Must not shorten to fewer than two characters: 沙县 is not 沙.

// Peoples that stand in the official names of autonomous prefectures, counties and banners, longest first, because
// 哈萨克族 must not leave 族 behind.
const PEOPLES =
  '柯尔克孜族 达斡尔族 鄂伦春族 鄂温克族 哈萨克族 仡佬族 布依族 哈尼族 拉祜族 傈僳族 纳西族 景颇族 布朗族 毛南族 仫佬族 ' +
  '撒拉族 裕固族 东乡族 保安族 塔吉克族 锡伯族 普米族 独龙族 朝鲜族 蒙古族 土家族 柯尔克孜 哈萨克 塔吉克 维吾尔 达斡尔 ' +
  '鄂伦春 鄂温克 蒙古 锡伯 回族 满族 苗族 侗族 彝族 藏族 羌族 白族 傣族 壮族 瑶族 黎族 水族 畲族 佤族 怒族 土族 各族'

const peoples = PEOPLES.split(' ')

function dropPeoples(stem: string): string {
  let rest = stem
  for (let again = true; again;) {
    const people = peoples.find((name) => rest.endsWith(name) && rest.length - name.length >= 2)
    again = people !== undefined
    if (people !== undefined) rest = rest.slice(0, -people.length)
  }
  // 东乡族自治县, 鄂伦春自治旗: the people's name is the place's name.
  return rest.length > 2 && rest.endsWith('族') ? rest.slice(0, -1) : rest
}

/**
 * The form in which CENC writes a unit: 阿坝藏族羌族自治州 → 阿坝州, 孟村回族自治县 → 孟村县, 鄂伦春自治旗 → 鄂伦春旗.
 * Names without 自治 stay as they are.
 */
export function shortenName(name: string): string {
  const match = /^(.{2,})自治([州县旗])$/.exec(name)
  if (!match?.[1] || !match[2]) return name
  return dropPeoples(match[1]) + match[2]
}

/** The bare name without its rank (灵武市 → 灵武, 阿坝州 → 阿坝), or '' where fewer than two characters would remain. */
export function bareName(name: string): string {
  const bare = shortenName(name).replace(/(?:行政委员会|地区|[市州盟县区旗])$/, '')
  return bare.length >= 2 ? bare : ''
}

// Banner names are shortened in speech by rules of their own; former 阿左旗 stood in an official automatic text.
const BANNERS: readonly (readonly [string, string])[] = [
  ['阿拉善', '阿'],
  ['科尔沁左翼', '科左'],
  ['科尔沁右翼', '科右'],
  ['察哈尔右翼', '察右'],
  ['喀喇沁左翼', '喀左'],
  ['新巴尔虎', '新'],
  ['陈巴尔虎', '陈'],
  ['苏尼特', '苏'],
  ['乌拉特', '乌'],
  ['土默特', '土'],
  ['鄂托克前', '鄂前'],
  ['达尔罕茂明安联合', '达茂'],
  ['乌珠穆沁', '乌'],
  ['莫力达瓦', '莫'],
  ['前郭尔罗斯', '前郭'],
  ['杜尔伯特', '杜蒙'],
  ['塔什库尔干', '塔'],
]

/** Further short forms of a county-level unit in use (科尔沁左翼中旗 → 科左中旗), without the bare name. */
export function listColloquialNames(name: string): string[] {
  const short = shortenName(name)
  const forms = short === name ? [] : [short]
  for (const [long, brief] of BANNERS) {
    const form = short.replace(long, brief)
    if (form !== short && form.length >= 2) forms.push(form)
  }
  // A committee area is written 大柴旦行委 or 大柴旦.
  if (name.endsWith('行政委员会')) forms.push(name.replace('行政委员会', '行委'), name.replace('行政委员会', ''))
  return forms
}
