import pytest

from configs.place_history import Change, changes
from configs.place_names import locate
from configs.places import Place, all_places, children, nearest, place


@pytest.mark.parametrize(
    ("code", "name", "level", "city_code"),
    [
        ("130000", "河北省", "province", None),
        ("310000", "上海市", "province", None),
        ("710000", "台湾省", "province", None),
        ("130600", "保定市", "city", "130600"),
        ("130628", "高阳县", "county", "130600"),
        ("120114", "武清区", "county", None),
        ("442000", "中山市", "city", "442000"),
        ("441900", "东莞市", "city", "441900"),
        ("429004", "仙桃市", "county", None),
    ],
)
def test_every_level_has_six_digits(code: str, name: str, level: str, city_code: str | None) -> None:
    found = place(code)
    assert found is not None
    assert (found.name, found.level, found.city_code) == (name, level, city_code)
    assert found.province_code == code[:2] + "0000"


def test_codes_are_unique_and_parents_exist() -> None:
    codes = [part.code for part in all_places()]
    assert len(set(codes)) == len(codes) > 3000
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert all(place(part.province_code) and (part.city_code is None or place(part.city_code)) for part in all_places())


def test_unknown_codes_are_none() -> None:
    assert [place(code) for code in ("31", "1306", "120141", "")] == [None] * 4


def test_children_are_one_level_below() -> None:
    assert {part.name for part in children("130600")} >= {"高阳县", "高碑店市"}
    assert "保定市" in {part.name for part in children("130000")}
    assert "高阳县" not in {part.name for part in children("130000")}
    assert "武清区" in {part.name for part in children("120000")}
    assert {part.code for part in children("420000")} >= {"420100", "429004"}
    assert children("442000") == children("130628") == children("000000") == ()


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("120141", "120114 (武清区)"),
        ("1306", "130600 (保定市)"),
        ("13", "130000 (河北省)"),
        ("130684106", "130684 (高碑店市)"),
        ("武清", "120114 (武清区)"),
        ("高阳线", "130628 (高阳县)"),
        ("130682x", "130682 (定州市)"),
    ],
)
def test_nearest(wrong: str, expected: str) -> None:
    assert nearest(wrong) == expected


@pytest.mark.parametrize("wrong", ["999999", "12345678901", "130682x", "河北 130682"])
def test_nearest_of_a_code_always_names_a_place(wrong: str) -> None:
    near = nearest(wrong)
    assert near is not None
    assert place(near[:6]) is not None


@pytest.mark.parametrize("wrong", ["", "xyz", "1", "毛巾"])
def test_nothing_is_near_what_is_like_no_code_and_no_name(wrong: str) -> None:
    assert nearest(wrong) is None


TEXTS = {
    "河北 保定市高阳县": "130628",
    "河北保定": "130600",
    "河北 高阳": "130628",
    "河北省保定市高阳县庞口镇": "130628",
    "广东 汕头市潮南区": "440514",
    "广东 深圳市宝安区": "440306",
    "广东 东莞市": "441900",
    "广东 东莞市虎门镇": "441900",
    "天津 武清区": "120114",
    "天津 天津市 武清区": "120114",
    "天津市": "120000",
    "天津 河北区": "120105",
    "上海": "310000",
    "上海 上海市 浦东新区": "310115",
    "上海上海浦东": "310115",
    "重庆 重庆市 九龙坡区": "500107",
    "浙江 诸暨市": "330681",
    "浙江省 金华市 东阳市": "330783",
    "浙江 义乌": "330782",
    "义乌": "330782",
    "江苏 南通市通州区": "320612",
    "江苏南通通州": "320612",
    "北京通州": "110112",
    "北京 朝阳区": "110105",
    "辽宁 朝阳市": "211300",
    "湖北 仙桃": "429004",
    "吉林 吉林": "220200",
    "吉林": "220000",
    "吉林 延边": "222400",
    "内蒙古 呼和浩特市": "150100",
    "广西 南宁市 横州市": "450181",
    "河北 孟村": "130930",
    "青海 海南州": "632500",
    "海南 海口": "460100",
    "西安": "610100",
    "所在地：广东/佛山/顺德": "440606",
    "中国 广东 汕头": "440500",
    "中国香港": "810000",
    "台湾": "710000",
}


@pytest.mark.parametrize(("text", "code"), TEXTS.items())
def test_locate(text: str, code: str) -> None:
    assert located(text) == code


OLD_NAMES = {
    "江苏 南通市海门市": "320614",
    "江苏南通通州市": "320612",
    "海门市": "320614",
    "河南 新乡市长垣县": "410783",
    "河南长垣县": "410783",
    "河南 洛阳市偃师市": "410307",
    "广西 南宁市横县": "450181",
    "湖南 邵阳市邵东县": "430582",
    "河北 邯郸市永年县": "130408",
    "河北 邢台市南和县": "130506",
    "河北 邢台市桥东区": "130502",
    "河北 张家口市桥东区": "130702",
    "山东 青岛市即墨市": "370215",
    "福建 福州市长乐市": "350112",
    "江苏 苏州市吴江市盛泽镇": "320509",
    "河南 许昌市许昌县": "411003",
    "河南 许昌市": "411000",
    "江西 鹰潭市余江县": "360603",
    "浙江 绍兴市绍兴县": "330603",
    "浙江 绍兴市": "330600",
    "天津 武清县": "120114",
    "上海 南汇区": "310115",
    "山东 莱芜市钢城区": "370117",
    "山东 莱芜市": "370100",
    "广东 佛山市南海市": "440605",
    "浙江 杭州市余杭区": "330110",
    "浙江 杭州市临平区": "330113",
    "河北 保定市容城县": "130629",
    "湖北 襄樊市": "420600",
    "湖北襄樊": "420600",
    "陕西 西安市户县": "610118",
    "陕西 渭南市华县": "610503",
    "山西 长治市长治县": "140404",
    "山西 长治市": "140400",
    "贵州 遵义市遵义县": "520304",
    "贵州 遵义市": "520300",
    "贵州 六盘水 盘县": "520281",
    "四川 达州市达县": "511703",
    "山东青岛胶南": "370211",
    "江苏 淮安市楚州区": "320803",
    "江苏 扬州市维扬区": "321003",
    "广东 广州 萝岗": "440112",
    "天津塘沽": "120116",
    "天津 汉沽区": "120116",
    "天津市大港区": "120116",
    "浙江 宁波市鄞县": "330212",
    "云南 思茅市": "530800",
    "云南 思茅区": "530802",
    "河北 邯郸市邯郸县": "130400",
    "吉林 四平公主岭": "220184",
    "吉林 四平市公主岭市": "220184",
    "四川 资阳市简阳市": "510185",
    "安徽 安庆市枞阳县": "340722",
}


@pytest.mark.parametrize(("text", "code"), OLD_NAMES.items())
def test_old_names_mean_the_division_of_today(text: str, code: str) -> None:
    assert located(text) == code


USUAL_NAMES = {
    "海南州": "632500",
    "海南州 共和县": "632521",
    "海南": "460000",
    "河南县": "632324",
    "河南 洛阳": "410300",
    "河北 孟村县": "130930",
    "湖北 恩施州": "422800",
    "湖北 恩施": "422800",
    "湖北 恩施州 恩施市": "422801",
    "新疆 巴州": "652800",
    "新疆巴州库尔勒": "652801",
    "四川 巴中 巴州": "511902",
    "四川 巴州区": "511902",
    "巴州": None,
    "河北 雄安新区": "133100",
    "雄安新区": "133100",
    "河北 雄安新区 容城": "130629",
    "河北雄安新区雄县": "130638",
    "河北 保定市 雄安新区 安新县": "130632",
    "河北 保定市": "130600",
}


@pytest.mark.parametrize(("text", "code"), USUAL_NAMES.items())
def test_names_that_people_use(text: str, code: str | None) -> None:
    assert located(text) == code


def test_an_area_holds_its_counties_which_stay_in_their_city() -> None:
    area, city, county = place("133100"), place("130600"), place("130629")
    assert area
    assert city
    assert county
    assert area.holds(county)
    assert city.holds(county)
    assert not area.holds(city)
    assert not city.holds(area)
    assert {part.name for part in children("133100")} == {"容城县", "安新县", "雄县"}
    assert "容城县" in {part.name for part in children("130600")}
    assert county.urban_codes == ("130600", "133100")


@pytest.mark.parametrize("change", changes(), ids=lambda change: f"{change.was} {change.name}")
def test_every_change_leads_to_a_division_of_the_same_province(change: Change) -> None:
    now = place(change.now)
    assert now is not None
    assert now.code == change.now
    assert place(change.was) == now
    assert now.province_code == change.was[:2] + "0000"
    above = [
        part.name
        for code in (now.province_code, now.city_code)
        if code not in (None, now.code) and (part := place(code or ""))
    ]
    assert located(" ".join([*above, change.name])) == now.code


def test_each_old_code_stands_once_and_is_no_code_of_today() -> None:
    codes = [change.was for change in changes()]
    assert len(set(codes)) == len(codes)
    today = {part.code for part in all_places()}
    assert all(change.was == change.now or change.was not in today for change in changes())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("朝阳区", None),
        ("鼓楼区", None),
        ("通州区", None),
        ("江苏 鼓楼区", "320000"),
        ("河北 桥东区", "130000"),
        ("江苏 南京市 鼓楼区", "320106"),
        ("江苏 南京市 江阴市", "320100"),
        ("河北 武清区", "130000"),
    ],
)
def test_only_what_is_certain(text: str, code: str | None) -> None:
    assert located(text) == code


@pytest.mark.parametrize("text", ["", None, " ", "成交2.4万+元", "50+人已加购", "48小时发货", "Hebei"])
def test_no_place_is_none(text: str | None) -> None:
    assert locate(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("白沟", "130684"),
        ("河北 保定市 白沟新城", "130684"),
        ("河北保定白沟镇", "130684"),
        ("河北 保定市高阳县", "130628"),
        ("广东 中山市古镇镇", "442000"),
        ("广东中山古镇", "442000"),
        ("浙江 湖州市吴兴区织里镇", "330502"),
        ("浙江 湖州市 织里", "330502"),
        ("广东 东莞市虎门镇", "441900"),
        ("广东 深圳市虎门", "440300"),
        ("浙江 嘉兴市乌镇古镇", "330400"),
        ("广东 白沟路", "440000"),
        ("古镇", "442000"),
        ("古镇镇", "442000"),
        ("广东 古镇镇", "442000"),
        ("中山 古镇", "442000"),
        ("白沟新城", "130684"),
        ("河北 保定 白沟箱包城", "130684"),
        ("西塘古镇", None),
        ("周庄古镇", None),
        ("乌镇 古镇", None),
        ("广东 逢简古镇", "440000"),
        ("广东 开平市赤坎古镇", "440783"),
        ("大唐不夜城", None),
        ("浙江 大唐不夜城", "330000"),
        ("浙江 诸暨大唐", "330681"),
    ],
)
def test_aliases_refine_but_never_contradict(text: str, code: str | None) -> None:
    towns = {"白沟": "130684106", "古镇": "442000", "织里": "330502", "虎门": "441900", "大唐": "330681"}
    assert located(text, towns) == code


def test_every_division_is_found_by_its_full_address() -> None:
    for part in all_places():
        above = [part.province_code, *([part.city_code] if part.city_code else []), part.code]
        names = [found.name for code in dict.fromkeys(above) if (found := place(code))]
        assert located(" ".join(names)) == part.code


def located(text: str | None, aliases: dict[str, str] | None = None) -> str | None:
    found = locate(text, aliases)
    assert found is None or isinstance(found, Place)
    return found.code if found else None
