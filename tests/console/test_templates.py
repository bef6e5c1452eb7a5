"""Templates at the desk: rewritten by whoever speaks for the company, and said again as they were."""

from base.database import reading
from console.words import say
from outreach.models import Campaign
from tests.console.conftest import LogIn
from tests.console.pages import NOTICE, written
from tests.messages.fake import FakeCarrier


def test_templates_are_rewritten_looked_through_and_said_again(logged_in: LogIn, street: FakeCarrier) -> None:
    director, agent = logged_in("director"), logged_in("agent")
    path = "/templates/power_opening"
    assert path in director.get("/templates").text
    assert 'id="tpl-do"' not in agent.get(path).text
    assert agent.sends(path, text_zh="x", text_en="y", read=1).status_code == 403
    words = {
        "text_zh": "停电了：{places}，{end}前恢复。咨询{hotline}",
        "text_en": "Power is off in {places}. {hotline}",
    }
    looked = director.sends(f"{path}/look", **words | {"text_zh": "{places}今天晚上停电"}, read=1).text
    assert "“今天晚上”说不准" in looked
    refused = director.sends(path, **words | {"text_zh": "{places}欠费停电"}, read=1)
    assert refused.status_code == 422
    assert "不能和停水停电写在一起" in refused.text.split('id="text_zh-fault"')[1].split("</p>")[0]
    assert words["text_en"] in refused.text
    assert director.sends(path, **words, read=1).status_code == 303
    page = director.get(path).text
    assert "停电了：" in page
    assert say("template.version", "zh", n=2) in page
    slower = director.sends(path, **words | {"text_zh": "{places}停电"}, read=1)
    assert slower.status_code == 409
    assert "有人刚改过" in slower.text
    made = agent.sends("/campaigns/new", **NOTICE, template="power_opening", do="template").text
    assert "停电了：{地点}" in made
    assert 'name="began" id="draft-began" value="power_opening/2"' in made
    id = written(agent, began="power_opening/2")
    with reading() as session:
        campaign = session.get_one(Campaign, id)
        assert (campaign.template_key, campaign.template_version) == ("power_opening", 2)
    began = say("campaign.began", "en", name="Power · Opening", n=2)
    assert began in agent.get(f"/campaigns/{id}?lang=en").text or "version 2" in agent.get(f"/campaigns/{id}").text
    assert director.sends(f"{path}/restore", version=1, read=2).status_code == 303
    assert say("template.restored", "zh", n=1) in director.get(path).text
    assert director.get("/templates/no_such").status_code == 422


def test_two_versions_of_a_template_are_compared(logged_in: LogIn, street: FakeCarrier) -> None:
    director, agent, path = logged_in("director"), logged_in("agent"), "/templates/power_opening"
    assert 'id="diff"' not in director.get(path).text, "there is only one"
    for read, end in ((1, "18:00"), (2, "20:00")):
        words = {"text_zh": f"{{places}}停电到{end}", "text_en": f"Power is off in {{places}} until {end}"}
        assert director.sends(path, **words, read=read).status_code == 303
    diff = agent.get(f"{path}?lang=zh").text.split('id="diff"')[1].split("</section>")[0]
    assert say("template.diff", "zh", older=2, newer=3) in diff
    assert "停电到<del>18:00</del><ins>20:00</ins>" in diff
    assert "until <del>18:00</del><ins>20:00</ins>" in diff
    house = agent.get(f"{path}?from=1&to=3&lang=zh").text.split('id="diff"')[1].split("</section>")[0]
    assert say("template.diff", "zh", older=1, newer=3) in house
    turned = agent.get(f"{path}?from=3&to=2&lang=zh").text
    assert say("template.diff", "zh", older=2, newer=3) in turned
    assert f'href="{path}?to=3&amp;from=1#diff"' in turned
    assert agent.get(f"{path}?from=99&to=x").status_code == 200


def test_a_template_speaks_for_the_whole_company_and_a_project_only_reads_it(
    logged_in: LogIn, street: FakeCarrier
) -> None:
    manager, path = logged_in("manager"), "/templates/power_opening"
    words = {"text_zh": "停电了：{places}。咨询{hotline}", "text_en": "Power is off in {places}. {hotline}"}
    for language in ("zh", "en"):
        page = manager.get(f"{path}?lang={language}").text
        assert say("template.why_not.project", language) in page
        assert 'id="tpl-do"' not in page
    refused = manager.sends(path, **words, read=1)
    assert refused.status_code == 403
    assert say("template.why_not.project", "en") in refused.text.split("notice--warn")[1].split("</div>")[0]
    assert logged_in("director").sends(path, **words, read=1).status_code == 303
    assert manager.sends(f"{path}/restore", version=1, read=2).status_code == 403
    page = manager.get(path).text
    assert "停电了：" in page
    assert say("template.do.restore", "en", n=1) not in page
