-- Gives Typst the blocks that Word gets as paragraph styles: `custom-style="Address"` becomes `#address[...]`.
function Div(div)
  local style = div.attributes["custom-style"]
  if style and FORMAT == "typst" then
    return { pandoc.RawBlock("typst", "#" .. style:lower() .. "["), div, pandoc.RawBlock("typst", "]") }
  end
end
