-- For Typst only; Word has paragraph styles and plain text runs already.

-- `custom-style="Address"` becomes `#address[...]`.
local function block(div)
  local style = div.attributes["custom-style"]
  if style then
    return { pandoc.RawBlock("typst", "#" .. style:lower() .. "["), div, pandoc.RawBlock("typst", "]") }
  end
end

-- Words with punctuation go over as string literals: Typst reads `--`, `...` or `-1` in markup as other signs.
local function word(str)
  if str.text:find("[^%w\128-\255,;]") then
    return pandoc.RawInline("typst", '#"' .. str.text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '";')
  end
end

if FORMAT:match("typst") then
  return { { Div = block, Str = word } }
end
return {}
