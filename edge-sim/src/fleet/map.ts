import type { CommunityProfile, Location } from '@liandong/protocols';

/** A point of the drawn map, in its pixels. */
export type Point = readonly [x: number, y: number];

/** The drawn map laid on the plain of Jiaozhou (WGS-84), 8 m a pixel. */
const ORIGIN = { x: 525, y: 380, lng: 120.03, lat: 36.265 };
const METRES_PER_PIXEL = 8;
const METRES_PER_DEGREE_LAT = 110_950;
const METRES_PER_DEGREE_LNG = 111_320 * Math.cos((ORIGIN.lat * Math.PI) / 180);

/** Five decimals are about a metre; corners shared by two communities stay exactly shared. */
const degrees = (value: number): number => Math.round(value * 1e5) / 1e5;

export const toLocation = ([x, y]: Point): Location => ({
  lng: degrees(ORIGIN.lng + ((x - ORIGIN.x) * METRES_PER_PIXEL) / METRES_PER_DEGREE_LNG),
  lat: degrees(ORIGIN.lat - ((y - ORIGIN.y) * METRES_PER_PIXEL) / METRES_PER_DEGREE_LAT),
});

export interface CommunityPlan {
  readonly id: string;
  readonly name: string;
  readonly nameEn: string;
  readonly profile: CommunityProfile;
  readonly outline: readonly Point[];
  /** Streets and corners its devices are named after. */
  readonly places: readonly string[];
}

export const CITY = { id: 'jiaozhou', name: '胶州市', nameEn: 'Jiaozhou' } as const;
export const SUBDISTRICT = { id: 'fuan', name: '阜安街道', nameEn: "Fu'an Sub-district" } as const;
/** The sub-district's outline, walked along the outer edges of its communities. */
export const SUBDISTRICT_OUTLINE: readonly Point[] = [
  [90, 150], [330, 110], [590, 80], [900, 110], [960, 270], [930, 560], [700, 680], [300, 660], [120, 600], [150, 330],
];

/** Seven communities that tile the sub-district without gaps, in the order devices are dealt to them. */
export const COMMUNITIES: readonly CommunityPlan[] = [
  { id: 'beiguan', name: '北关社区', nameEn: 'Beiguan', profile: 'old-estate', outline: [[90, 150], [330, 110], [420, 230], [350, 330], [150, 330]], places: ['北关大街', '铁路宿舍', '老粮库', '北坛路'] },
  { id: 'sanlihe', name: '三里河社区', nameEn: 'Sanlihe', profile: 'urban', outline: [[420, 230], [330, 110], [590, 80], [680, 220], [560, 320]], places: ['三里河公园', '河畔花园', '福州路', '滨河苑'] },
  { id: 'zhongyun', name: '中云社区', nameEn: 'Zhongyun', profile: 'commercial', outline: [[680, 220], [590, 80], [900, 110], [960, 270], [780, 330]], places: ['中云商业街', '向阳市场', '云溪广场', '兰州路'] },
  { id: 'fuan-centre', name: '阜安社区', nameEn: "Fu'an", profile: 'urban', outline: [[350, 330], [420, 230], [560, 320], [600, 470], [440, 520], [330, 450]], places: ['阜安小区', '郑州路', '文化馆', '常州路'] },
  { id: 'guangzhou-nanlu', name: '广州南路社区', nameEn: 'Guangzhou South Road', profile: 'old-estate', outline: [[560, 320], [680, 220], [780, 330], [760, 470], [600, 470]], places: ['广州南路', '纺织宿舍', '南苑小区', '泉州路'] },
  { id: 'yunxi', name: '云溪社区', nameEn: 'Yunxi', profile: 'campus', outline: [[150, 330], [350, 330], [330, 450], [440, 520], [300, 660], [120, 600]], places: ['云溪校区', '学府路', '教工宿舍', '体育场'] },
  { id: 'yinghai', name: '营海社区', nameEn: 'Yinghai', profile: 'rural', outline: [[440, 520], [600, 470], [760, 470], [780, 330], [960, 270], [930, 560], [700, 680], [300, 660]], places: ['营海村', '东营路', '渔港', '大沽河堤'] },
];
