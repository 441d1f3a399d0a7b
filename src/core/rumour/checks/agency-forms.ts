// In: nothing. Out: how earthquake agencies are called that exist, and names under which rumours speak that belong to none.
// Must not list a county's bureau as missing: which of them stand on their own and which are part of another office changes by the year.

export interface AgencyForm {
  id: string
  /** Of a whole name; <place> stands for a unit of the gazetteer, <province> for one of the first level. */
  pattern: string
  exists: boolean
  because: string
}

/** The first that fits a name decides; what fits none is not judged. */
export const AGENCY_FORMS: readonly AgencyForm[] = [
  // 2017, 九寨沟: 中国地震局四川分局 (rumours.md §11.1). Its offices in the provinces are the provincial bureaux.
  {
    id: 'national-branch',
    pattern: '(?:中国|国家|全国)地震(?:总)?局(?:驻)?(?:<place>|[\\p{Script=Han}]{0,4})(?:分局|分部|办事处)',
    exists: false,
    because: '中国地震局没有分局，在各省、自治区、直辖市的是省级地震局',
  },
  {
    id: 'province-branch-of-nation',
    pattern: '<province>(?:省|市)?地震分局|地震局<province>(?:省|市|自治区)?(?:分局|分部)',
    exists: false,
    because: '省级机构是地震局，不叫分局',
  },
  {
    id: 'forecast-bureau',
    pattern: '(?:中国|国家|全国|中央|亚洲|世界|国际|全球|联合国)地震(?:预报|预测)(?:总局|局|署|委员会|组织|中心)',
    exists: false,
    because: '没有这个机构；国家一级的是中国地震局和中国地震台网中心',
  },
  {
    id: 'general-bureau',
    pattern: '(?:中国|国家|全国|中央)地震(?:监测|预警)?总局',
    exists: false,
    because: '没有地震总局，国家一级的是中国地震局',
  },
  {
    id: 'world-bureau',
    pattern: '(?:亚洲|世界|国际|全球|联合国)地震(?:局|署|组织|协会总部)',
    exists: false,
    because: '没有这个机构',
  },
  {
    id: 'foreign-bureau',
    pattern: '(?:美国|日本)地震局',
    exists: false,
    because: '没有这个机构：美国是地质调查局，日本是气象厅',
  },
  {
    id: 'satellite',
    pattern: '(?:中国|国家|全球|国际)?地震(?:预报|预测|云)?卫星(?:局|站|中心|监测站|监测中心)?',
    exists: false,
    because: '没有能报出将要发生的地震的卫星或卫星机构',
  },
  { id: 'nation', pattern: '中国地震局', exists: true, because: '国家地震工作主管部门' },
  { id: 'former-nation', pattern: '国家地震局', exists: true, because: '中国地震局 1998 年以前的名称' },
  { id: 'networks', pattern: '(?:中国|国家)地震台网(?:中心)?', exists: true, because: '中国地震局直属单位' },
  {
    id: 'institutes',
    pattern: '(?:中国地震局)?(?:地球物理|地质|工程力学|地震预测|地壳应力|地震)研究所',
    exists: true,
    because: '中国地震局直属研究所或其旧称',
  },
  {
    id: 'centres',
    pattern: '中国地震(?:局)?(?:灾害防御|应急搜救|分析预报|第一监测|第二监测)中心',
    exists: true,
    because: '中国地震局直属中心或其旧称',
  },
  {
    id: 'province',
    pattern: '<province>(?:省|市|自治区|壮族自治区|回族自治区|维吾尔自治区)?地震(?:局|台网(?:中心)?|台)',
    exists: true,
    because: '省级地震局及其台网',
  },
  {
    id: 'local',
    pattern:
      '<place>(?:地震局|防震减灾局|防震减灾(?:服务)?中心|地震(?:工作)?(?:办公室|办)|地震(?:监测)?(?:中心|中心站|台|台站|站))',
    exists: true,
    because: '市、州、县可以设地震工作机构；现在是否单设须向当地核实',
  },
  {
    id: 'survey',
    pattern: '(?:美国)?地质调查局|日本气象厅|欧洲地中海地震(?:学)?中心',
    exists: true,
    because: '国外官方机构',
  },
]
