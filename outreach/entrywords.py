"""What whoever belongs to an empty home hears when water runs out of it, in both languages. Pure."""

from collections.abc import Mapping

from telephony.speech import Say, Tongue

SPOKEN: Mapping[str, tuple[str, str]] = {
    "question": (
        "您好，这里是{company}，有急事。您的{place}正在往外漏水，需要马上入户关阀。同意由两人以上入户、有见证人在场、"
        "全程录像，请按1；不同意，请按2；与值班人员通话，请按0。",
        "Hello, this is {company} with an emergency. Water is running from your flat {place}, and the valve has to be "
        "closed now. Press 1 to let two or more of us in with a witness, filmed throughout; 2 to refuse; "
        "0 to speak with a person on duty. ",
    ),
    "permitted": (
        "谢谢，已记下您同意入户，处理后会告诉您。再见。",
        "Thank you. It is on record that we may enter, and we will tell you what was done. Goodbye.",
    ),
    "refused": (
        "好的，已记下您不同意入户。请尽快到场或拨打{hotline}。再见。",
        "All right, it is on record that we may not enter. Please come soon, or call {hotline}. Goodbye.",
    ),
    "person": ("正在为您转接值班人员，请不要挂机。", "We are connecting you with a person on duty. Please hold. "),
    "silence": ("没有收到您的按键。", "We did not hear a key. "),
    "wrong": ("没有这个选项。", "That is not one of the choices. "),
    "lost": (
        "没有这个选项。正在为您转接值班人员，请不要挂机。",
        "That is not one of the choices. We are connecting you with a person on duty. Please hold. ",
    ),
    "no_key": (
        "没有收到您的答复，请尽快拨打{hotline}。再见。",
        "We have no answer. Please call {hotline} soon. Goodbye.",
    ),
    "sorry": (
        "抱歉，系统出现故障，请拨打物业热线。再见。",
        "Sorry, something went wrong. Please call the hotline of your estate. Goodbye.",
    ),
}


def spoken(key: str, language: str, **values: object) -> Say:
    """One thing to say in `zh` or `en`."""
    tongue: Tongue = "en" if language == "en" else "zh"
    return Say(SPOKEN[key][tongue == "en"].format(**values), language=tongue)


SORRY = (spoken("sorry", "zh"), spoken("sorry", "en"))
