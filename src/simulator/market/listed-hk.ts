/*
 * Tables in the form of `listing-table.ts`. Codes, names, lot sizes, exchanges and listing dates are public facts, as known
 * in 2025. Prices, volumes and numbers of shares have a plausible size only.
 *
 * Two facts go out of date. Lots are those of the end of 2025: BYD has 100 shares since 19 September 2025, China Tower 500
 * since its consolidation of February 2025, and HKEX has consulted on eight standard lots for all stocks. Members of the
 * indexes are those of the review of 8 December 2025, as far as they are in this list: 85 of 89 of the Hang Seng Index, 44
 * of 50 of the Hang Seng China Enterprises Index, 29 of 30 of the Hang Seng TECH Index. The later changes are missing.
 */

/** Stocks of Hong Kong. */
export const HK_STOCKS = `
00001|长和|CKH Holdings|h|500|2015-03-18|52|6|3.83|综合企业
00002|中电控股|CLP Holdings|h|500||66|3|2.53|电力
00003|香港中华煤气|HK & China Gas|h|1000||6.8|18|18.66|燃气供应
00004|九龙仓集团|Wharf Holdings||1000||22|2|3.06|地产发展商
00005|汇丰控股|HSBC Holdings|h|400||62|22|18.7|银行|concepts=蓝筹股|region=英国|growth=1|vol=1.1|ticks=20|eps=9.4|bps=78|dps=4.9
00006|电能实业|Power Assets|h|500||50|3|2.13|电力
00010|恒隆集团|Hang Lung Group||1000||14|0.8|1.36|地产发展商
00012|恒基地产|Henderson Land|h|1000||27|5|4.84|地产发展商
00013|和黄医药|HUTCHMED||500|2021-06-30|25|3|0.87|药品
00016|新鸿基地产|SHK Properties|h|500||76|6|2.9|地产发展商|concepts=蓝筹股|region=香港|growth=-1|vol=1.3|ticks=12|eps=8.2|bps=209|dps=3.75
00017|新世界发展|New World Development||1000||7|10|2.52|地产发展商
00019|太古股份公司A|Swire Pacific A||500||65|1.2|0.79|综合企业
00020|商汤-W|SenseTime-W|t|1000|2021-12-30|1.9|500|38|应用软件
00023|东亚银行|Bank of East Asia||200||12|1.5|2.64|银行
00027|银河娱乐|Galaxy Entertainment|h|1000||40|10|4.37|赌场及博彩
00066|港铁公司|MTR Corporation|h|500|2000-10-05|27|4|6.2|铁路
00083|信和置业|Sino Land||2000||9|5|9|地产发展商
00101|恒隆地产|Hang Lung Properties||1000||8|8|4.9|地产发展商
00123|越秀地产|Yuexiu Property||2000|1992-12-15|4.5|10|4.03|地产发展商
00135|昆仑能源|Kunlun Energy||2000||7.5|15|8.66|燃气供应
00144|招商局港口|China Merchants Port||2000||14|4|4.2|航运及港口
00151|中国旺旺|Want Want China||1000|2008-03-26|5|10|11.8|食品饮料
00168|青岛啤酒股份|Tsingtao Brewery|H|2000|1993-07-15|52|6|1.36|酒精饮料
00175|吉利汽车|Geely Auto|hc|1000||17|60|10|汽车
00177|江苏宁沪高速公路|Jiangsu Expressway|H|2000|1997-06-27|9|6|5.04|公路
00241|阿里健康|Alibaba Health|ht|2000||5|80|16|药品零售
00267|中信股份|CITIC|hc|1000||11|20|29.1|综合企业
00268|金蝶国际|Kingdee International|t|1000|2001-02-15|13|20|3.6|应用软件
00270|粤海投资|Guangdong Investment||2000||7|8|6.54|水务
00285|比亚迪电子|BYD Electronic|t|500|2007-12-20|35|15|2.25|电讯设备
00288|万洲国际|WH Group|h|500|2014-08-05|7|20|12.83|食品饮料
00291|华润啤酒|China Resources Beer|h|2000||28|8|3.24|酒精饮料
00293|国泰航空|Cathay Pacific||1000||11|5|6.4|航空
00300|美的集团|Midea Group|Hh|100|2024-09-17|78|4|0.65|家电
00316|东方海外国际|OOIL|h|500||120|1.5|0.66|航运及港口
00322|康师傅控股|Tingyi|h|2000||11|8|5.63|食品饮料
00325|布鲁可|Bloks||300|2025-01-10|100|2|0.25|玩具及消闲用品
00338|上海石油化工股份|Shanghai Petrochemical|H|2000|1993-07-26|1.3|15|10.8|石油及天然气
00347|鞍钢股份|Angang Steel|H|2000|1997-07-24|1.9|8|9.4|钢铁
00358|江西铜业股份|Jiangxi Copper|H|1000|1997-06-12|18|15|3.46|有色金属
00386|中国石油化工股份|Sinopec|Hhc|2000|2000-10-19|4.3|130|121|石油及天然气
00388|香港交易所|HKEX|h|100|2000-06-27|290|5|1.27|证券及经纪|concepts=蓝筹股|region=香港|growth=7|vol=1.6|ticks=20|eps=9.6|bps=41|dps=8.3
00390|中国中铁|China Railway|H|1000|2007-12-07|3.8|20|24.6|建筑
00522|ASMPT|ASMPT||100||75|1.5|0.42|半导体
00656|复星国际|Fosun International||500|2007-07-16|4.6|10|8.2|综合企业
00669|创科实业|Techtronic Industries|h|500||95|5|1.83|工业工具
00688|中国海外发展|China Overseas Land|hc|500||14|20|10.9|地产发展商
00700|腾讯控股|Tencent|hct|100|2004-06-16|300|18|9.2|数码解决方案服务|concepts=腾讯概念,蓝筹股,云计算|region=开曼群岛|growth=12|vol=1.8|ticks=40|eps=21.5|bps=108|dps=4.5
00728|中国电信|China Telecom|Hh|2000|2002-11-15|5.5|70|91.5|电讯服务
00753|中国国航|Air China|H|2000|2004-12-15|5|15|17.4|航空
00762|中国联通|China Unicom|h|2000|2000-06-22|9|40|30.6|电讯服务
00763|中兴通讯|ZTE|H|200|2004-12-09|25|20|4.78|电讯设备
00772|阅文集团|China Literature||200|2017-11-08|30|5|1.02|媒体及娱乐
00780|同程旅行|Tongcheng Travel|t|400|2018-11-26|20|12|2.3|旅游
00788|中国铁塔|China Tower|H|500|2018-08-08|11|20|17.6|电讯服务
00823|领展房产基金|Link REIT|h|100|2005-11-25|40|8|2.58|房地产投资信托
00836|华润电力|China Resources Power|h|2000|2003-11-12|19|8|5.18|电力
00853|微创医疗|MicroPort Scientific||100|2010-09-24|8|15|1.8|医疗设备
00857|中国石油股份|PetroChina|Hhc|2000|2000-04-07|6.3|120|183|石油及天然气
00868|信义玻璃|Xinyi Glass|h|1000|2005-02-03|8|10|4.3|玻璃
00874|白云山|Baiyunshan Pharmaceutical|H|2000|1997-10-30|18|2|1.63|药品
00881|中升控股|Zhongsheng Group||500|2010-03-26|13|8|2.39|汽车零售
00883|中国海洋石油|CNOOC|hc|1000|2001-02-28|18.4|80|47.6|石油及天然气|concepts=蓝筹股,高息股|region=香港|growth=5|vol=1.7|ticks=20|eps=3.1|bps=16.3|dps=1.3
00902|华能国际电力股份|Huaneng Power|H|2000|1998-01-21|4.5|25|15.7|电力
00914|海螺水泥|Anhui Conch Cement|H|500|1997-10-21|21|8|5.3|建材水泥
00916|龙源电力|China Longyuan Power|H|1000|2009-12-10|6.5|20|8.36|新能源发电
00939|建设银行|China Construction Bank|Hhc|1000|2005-10-27|5.2|260|250|银行|concepts=高息股,红筹国企|region=北京|growth=1|vol=1.1|ticks=20|eps=1.4|bps=13.2|dps=0.43
00941|中国移动|China Mobile|hc|500|1997-10-23|68|16|21.4|电讯服务|concepts=蓝筹股,高息股|region=香港|growth=2|vol=1|eps=6.7|bps=66|dps=4.6
00960|龙湖集团|Longfor Group|h|500|2009-11-19|10|20|6.9|地产发展商
00966|中国太平|China Taiping Insurance||200|2000-06-29|13|12|3.59|保险
00968|信义光能|Xinyi Solar|h|2000|2013-12-12|3.2|60|9|太阳能
00981|中芯国际|SMIC|hct|500|2004-03-18|45|80|8|半导体
00992|联想集团|Lenovo Group|hct|2000|1994-02-14|10|60|12.4|电脑及周边器材
00998|中信银行|China CITIC Bank|H|1000|2007-04-27|6.5|25|55.6|银行
01024|快手-W|Kuaishou-W|hct|100|2021-02-05|50|30|4.3|数码解决方案服务
01038|长江基建集团|CK Infrastructure|h|500|1996-07-17|52|2|2.52|公用事业
01044|恒安国际|Hengan International|h|500|1998-12-08|22|3|1.16|个人护理
01055|中国南方航空股份|China Southern Airlines|H|2000|1997-07-31|4|12|18.1|航空
01088|中国神华|China Shenhua Energy|Hhc|500|2005-06-15|34|15|19.9|煤炭
01093|石药集团|CSPC Pharmaceutical|hc|2000|1994-06-21|6|80|11.5|药品
01099|国药控股|Sinopharm|Hh|400|2009-09-23|20|5|3.12|药品零售
01109|华润置地|China Resources Land|hc|500|1996-11-08|25|15|7.13|地产发展商
01113|长实集团|CK Asset|h|500|2015-06-03|36|5|3.5|地产发展商
01114|华晨中国|Brilliance China||2000|1999-10-22|3.5|20|5.05|汽车
01128|永利澳门|Wynn Macau||400|2009-10-09|6|8|5.2|赌场及博彩
01171|兖矿能源|Yankuang Energy|H|2000|1998-04-01|9|25|10|煤炭
01177|中国生物制药|Sino Biopharmaceutical|hc|1000|2000-09-29|4|80|18.8|药品
01186|中国铁建|China Railway Construction|H|500|2008-03-13|5|10|13.6|建筑
01209|华润万象生活|China Resources Mixc|h|200|2020-12-09|32|4|2.28|物业服务
01211|比亚迪股份|BYD Company|Hhct|100|2002-07-31|230|6|2.9|汽车|concepts=新能源车|region=深圳|growth=18|vol=2.2|ticks=20|eps=13.5|bps=52|dps=3.4
01276|恒瑞医药|Hengrui Pharma|H|200|2025-05-23|60|4|6.6|药品
01288|农业银行|Agricultural Bank of China|Hc|1000|2010-07-16|4.3|130|350|银行
01299|友邦保险|AIA|h|200|2010-10-29|66|20|11.4|保险|concepts=蓝筹股|region=香港|growth=6|vol=1.5|ticks=20|eps=4.8|bps=31|dps=1.6
01336|新华保险|New China Life|H|100|2011-12-15|25|15|3.12|保险
01339|中国人民保险集团|PICC Group|H|1000|2012-12-07|4|40|44.2|保险
01347|华虹半导体|Hua Hong Semiconductor|t|1000|2014-10-15|28|25|1.73|半导体
01357|美图公司|Meitu||500|2016-12-15|6|40|4.56|应用软件
01378|中国宏桥|China Hongqiao|hc|500|2011-03-24|16|25|9.4|有色金属
01398|工商银行|ICBC|Hhc|1000|2006-10-27|4.4|240|356|银行|concepts=高息股,红筹国企|region=北京|growth=1|vol=1.1|ticks=20|eps=1.06|bps=10.4|dps=0.33
01530|三生制药|3SBio||500|2015-06-11|12|20|2.4|药品
01658|邮储银行|Postal Savings Bank|Hc|1000|2016-09-28|5|40|99|银行
01772|赣锋锂业|Ganfeng Lithium|H|200|2018-10-11|28|12|2.02|有色金属
01776|广发证券|GF Securities|H|200|2015-04-10|12|10|7.6|证券及经纪
01787|山东黄金|Shandong Gold|H|250|2018-09-28|22|15|4.47|黄金及贵金属
01797|东方甄选|East Buy||500|2019-03-28|17|15|1.05|电子商贸及互联网服务
01801|信达生物|Innovent Biologics|hc|500|2018-10-31|50|15|1.7|生物技术
01810|小米集团-W|Xiaomi-W|hct|200|2018-07-09|17.5|90|24.9|电讯设备|concepts=蓝筹股,新能源车|region=开曼群岛|growth=5|vol=2.2|ticks=30|eps=0.75|bps=7.2
01816|中广核电力|CGN Power|H|1000|2014-12-10|2.8|50|50.5|电力
01833|平安好医生|Ping An Good Doctor||100|2018-05-04|8|8|1.12|医疗服务
01876|百威亚太|Budweiser APAC|h|100|2019-09-30|8|20|13.2|酒精饮料
01880|中国中免|China Tourism Group Duty Free|H|100|2022-08-25|55|4|2.07|零售
01898|中煤能源|China Coal Energy|H|1000|2006-12-19|9.5|20|13.3|煤炭
01913|普拉达|Prada||100|2011-06-24|55|1.5|2.56|服装及奢侈品
01918|融创中国|Sunac China||1000|2010-10-07|1.6|150|11|地产发展商
01919|中远海控|COSCO Shipping Holdings|H|500|2005-06-30|12|30|15.9|航运及港口
01928|金沙中国有限公司|Sands China|h|400|2009-11-30|19|15|8.09|赌场及博彩
01929|周大福|Chow Tai Fook|h|200|2011-12-15|10|15|9.9|珠宝钟表
01988|民生银行|China Minsheng Bank|H|500|2009-11-26|3.5|30|43.8|银行
01997|九龙仓置业|Wharf REIC|h|1000|2017-11-23|22|4|3.04|地产投资
02007|碧桂园|Country Garden||1000|2007-04-20|0.5|200|28|地产发展商
02013|微盟集团|Weimob||1000|2019-01-15|2|80|3.5|应用软件
02015|理想汽车-W|Li Auto-W|hct|100|2021-08-12|95|10|2.1|汽车
02018|瑞声科技|AAC Technologies|t|500|2005-08-09|38|8|1.2|电子零件
02020|安踏体育|ANTA Sports|hc|200|2007-07-10|80|8|2.8|服装及奢侈品
02057|中通快递-W|ZTO Express-W|h|50|2020-09-29|155|1.5|0.8|物流
02097|蜜雪集团|Mixue Group|H|100|2025-03-03|400|1.5|0.38|餐饮
02196|复星医药|Fosun Pharma|H|500|2012-10-30|14|5|2.67|药品
02202|万科企业|China Vanke|H|100|2014-06-25|5.5|30|11.9|地产发展商
02238|广汽集团|GAC Group|H|2000|2010-08-30|3.2|25|10.5|汽车
02269|药明生物|WuXi Biologics|hc|500|2017-06-13|18|60|4.1|生物技术
02313|申洲国际|Shenzhou International|h|100|2005-11-24|62|4|1.5|服装及奢侈品
02318|中国平安|Ping An Insurance|Hhc|500|2004-06-24|40|35|18.2|保险|concepts=蓝筹股,红筹国企|region=深圳|growth=3|vol=1.8|ticks=20|eps=6.9|bps=53|dps=2.7
02319|蒙牛乳业|Mengniu Dairy|hc|1000|2004-06-10|17|20|3.9|食品饮料
02328|中国财险|PICC P&C|Hc|2000|2003-11-06|12.5|25|22.2|保险
02331|李宁|Li Ning|h|500|2004-06-28|16|20|2.58|服装及奢侈品
02333|长城汽车|Great Wall Motor|H|500|2003-12-15|13|20|8.5|汽车
02359|药明康德|WuXi AppTec|Hh|100|2018-12-13|55|8|2.9|生物技术
02382|舜宇光学科技|Sunny Optical|hct|100|2007-06-15|70|6|1.09|电子零件
02388|中银香港|BOC Hong Kong|h|500|2002-07-25|25|10|10.57|银行
02600|中国铝业|Chalco|H|2000|2001-12-12|5|40|17.2|有色金属
02601|中国太保|China Pacific Insurance|H|200|2009-12-23|25|15|9.62|保险
02618|京东物流|JD Logistics|h|100|2021-05-28|13|10|6.6|物流
02628|中国人寿|China Life|Hhc|1000|2003-12-18|15|40|28.3|保险
02688|新奥能源|ENN Energy|h|100||58|3|1.13|燃气供应
02883|中海油田服务|China Oilfield Services|H|2000|2002-11-20|7|12|4.77|石油及天然气
02899|紫金矿业|Zijin Mining|Hhc|2000|2003-12-23|18|50|26.6|黄金及贵金属
03288|海天味业|Haitian Flavouring|H|100|2025-06-19|36|3|5.85|食品饮料
03323|中国建材|CNBM|H|2000|2006-03-23|4|20|7.6|建材水泥
03328|交通银行|Bank of Communications|H|1000|2005-06-23|6.5|25|74|银行
03690|美团-W|Meituan-W|hct|100|2018-09-20|118|24|6.1|电子商贸及互联网服务|concepts=蓝筹股|region=开曼群岛|growth=4|vol=2.4|ticks=30|eps=2.6|bps=25
03692|翰森制药|Hansoh Pharma|h|2000|2019-06-14|20|8|5.9|药品
03750|宁德时代|CATL|H|100|2025-05-20|400|3|4.56|电池
03800|协鑫科技|GCL Technology||1000|2007-11-13|1.2|200|28|太阳能
03888|金山软件|Kingsoft|t|200|2007-10-09|35|8|1.4|应用软件
03898|时代电气|CRRC Times Electric|H|100|2006-12-20|32|2|1.37|工业设备
03968|招商银行|China Merchants Bank|Hhc|500|2006-09-22|42|15|25.2|银行
03988|中国银行|Bank of China|Hhc|1000|2006-06-01|4.2|200|294|银行
03993|洛阳钼业|CMOC Group|H|3000|2007-04-26|7|40|21.5|有色金属
06030|中信证券|CITIC Securities|H|500|2011-10-06|22|20|14.8|证券及经纪
06060|众安在线|ZhongAn Online|H|100|2017-09-28|14|15|1.47|保险
06098|碧桂园服务|Country Garden Services||1000|2018-06-19|6|15|3.34|物业服务
06160|百济神州|BeOne Medicines||100|2018-08-08|150|4|1.4|生物技术
06186|中国飞鹤|China Feihe||1000|2019-11-13|5|20|9.07|食品饮料
06618|京东健康|JD Health|ht|50|2020-12-08|40|10|3.2|药品零售
06690|海尔智家|Haier Smart Home|Hct|200|2020-12-23|24|10|9.38|家电
06862|海底捞|Haidilao|h|1000|2018-09-26|15|15|5.57|餐饮
06881|中国银河|China Galaxy Securities|H|500|2013-05-22|8|20|10.9|证券及经纪
06936|顺丰控股|SF Holding|H|200|2024-11-27|36|3|4.99|物流
06969|思摩尔国际|Smoore International||1000|2020-07-10|15|15|6.2|烟草
08083|中国有赞|China Youzan|g|4000||0.12|60|18|应用软件
08189|泰达生物|TEDA Biomedical|gH|1000||0.05|2|1.9|生物技术
08279|亚博科技控股|AGTech|g|4000||0.2|20|11.7|应用软件
09618|京东集团-SW|JD.com-SW|hct|50|2020-06-18|112|10|3.1|电子商贸及互联网服务|concepts=中概股回归|region=开曼群岛|growth=-10|vol=2.3|ticks=20|eps=10.2|bps=82|dps=3
09626|哔哩哔哩-W|Bilibili-W|t|20|2021-03-29|150|3|0.42|媒体及娱乐
09633|农夫山泉|Nongfu Spring|Hhc|200|2020-09-08|38|8|11.2|食品饮料
09660|地平线机器人-W|Horizon Robotics-W|t|600|2024-10-24|8|120|13.2|半导体
09698|万国数据-SW|GDS-SW||100|2020-11-02|28|5|1.5|数码解决方案服务
09863|零跑汽车|Leapmotor|Ht|100|2022-09-29|45|8|1.34|汽车
09866|蔚来-SW|NIO-SW|t|10|2022-03-10|36|3|2.1|汽车
09868|小鹏汽车-W|XPeng-W|t|100|2021-07-07|60|15|1.9|汽车
09888|百度集团-SW|Baidu-SW|hct|50|2021-03-23|90|8|2.75|数码解决方案服务
09896|名创优品|MINISO||200|2022-07-13|40|3|1.25|零售
09901|新东方-S|New Oriental-S|h|100|2020-11-09|45|5|1.63|教育
09922|九毛九|Jiumaojiu||1000|2020-01-15|3|20|1.4|餐饮
09926|康方生物|Akeso||1000|2020-04-24|90|12|0.9|生物技术
09961|携程集团-S|Trip.com-S|hct|50|2021-04-19|500|2|0.68|旅游
09987|百胜中国|Yum China|hc|50|2020-09-10|360|0.8|0.37|餐饮
09988|阿里巴巴-W|Alibaba-W|hct|100|2019-11-26|84|45|19.4|电子商贸及互联网服务|concepts=蓝筹股,云计算,中概股回归|region=开曼群岛|growth=-8|vol=2.2|ticks=40|eps=5.1|bps=54|dps=0.98
09992|泡泡玛特|Pop Mart|hc|200|2020-12-11|200|10|1.34|玩具及消闲用品
09999|网易-S|NetEase-S|hct|100|2020-06-11|160|8|3.2|数码解决方案服务
`

/** Exchange-traded funds of Hong Kong. */
export const HK_FUNDS = `
02800|盈富基金|Tracker Fund of Hong Kong|e|500|1999-11-12|20|420|6.9|交易所买卖基金|region=香港|dps=0.75|follows=800000*0.001
02822|南方A50|CSOP FTSE China A50 ETF|e|200|2012-08-28|13|20|0.8|交易所买卖基金
02823|安硕A50|iShares FTSE A50 China ETF|e|100|2004-11-18|14|8|0.5|交易所买卖基金
02828|恒生中国企业|Hang Seng China Enterprises Index ETF|e|200|2003-12-10|72|55|0.33|交易所买卖基金|region=香港|dps=1.9|follows=800100*0.01
03032|恒生科技ETF|Hang Seng TECH Index ETF|e|200|2020-09-03|4.5|120|3|交易所买卖基金|follows=800700*0.00102
03033|南方恒生科技|CSOP Hang Seng TECH Index ETF|e|200|2020-08-28|4.4|600|7.8|交易所买卖基金|region=香港|follows=800700*0.001
03037|南方恒指ETF|CSOP Hang Seng Index ETF|e|100||21|5|0.2|交易所买卖基金|follows=800000*0.00105
03067|安硕恒生科技|iShares Hang Seng TECH ETF|e|100|2020-09-17|9.5|40|1.5|交易所买卖基金|follows=800700*0.00216
03110|GX恒生高股息率|Global X Hang Seng High Dividend Yield ETF|e|100|2013-06-17|24|2|0.2|交易所买卖基金
03115|安硕恒生指数|iShares Core Hang Seng Index ETF|e|100|2016-11-23|76|1|0.1|交易所买卖基金|follows=800000*0.0038
03188|华夏沪深三百|ChinaAMC CSI 300 ETF|e|200|2012-07-17|40|3|0.3|交易所买卖基金
07200|FL二南方恒指|CSOP Hang Seng Index 2X Leveraged|e|100|2017-03-14|4|40|0.6|交易所买卖基金
07226|XL二南方恒科|CSOP Hang Seng TECH 2X Leveraged|e|100|2020-12-10|4.5|300|3|交易所买卖基金
07500|FI二南方恒指|CSOP Hang Seng Index -2X Inverse|e|100|2019-05-28|3|200|2|交易所买卖基金
07552|XI二南方恒科|CSOP Hang Seng TECH -2X Inverse|e|100|2020-12-10|3|300|3|交易所买卖基金
`

/** Indexes of Hong Kong. */
export const HK_INDEXES = `
800000|恒生指数|Hang Seng Index|i|1||20000|1500|||growth=1.5|vol=1.2|ticks=30
800100|国企指数|Hang Seng China Enterprises Index|i|1||7200|900|||growth=1|vol=1.4|ticks=30
800125|恒指波幅指数|HSI Volatility Index|i|1||22|1|||growth=0|vol=5
800700|恒生科技指数|Hang Seng TECH Index|i|1|2020-07-27|4400|700|||growth=2|vol=2|ticks=30
`
