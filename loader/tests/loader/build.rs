//! Builders for tiny ELF files, `Image` files and device tree blobs. They build nonsense as willingly as sense.

/// An ELF64 file with public fields for everything a test wants to break.
#[derive(Clone)]
pub struct Elf {
    pub class: u8,
    pub data: u8,
    pub version: u8,
    pub elf_type: u16,
    pub machine: u16,
    pub entry: u64,
    pub phentsize: u16,
    pub segments: Vec<Ph>,
    /// Name, address, size; a name that starts with a dot is local.
    pub symbols: Vec<(&'static str, u64, u64)>,
}

#[derive(Clone)]
pub struct Ph {
    pub p_type: u32,
    pub flags: u32,
    pub vaddr: u64,
    pub paddr: u64,
    pub bytes: Vec<u8>,
    pub file_size: Option<u64>,
    pub mem_size: Option<u64>,
    pub offset: Option<u64>,
}

pub const NOP: [u8; 4] = [0x1f, 0x20, 0x03, 0xd5];
pub const ET_REL: u16 = 1;
pub const ET_EXEC: u16 = 2;
pub const ET_DYN: u16 = 3;
pub const ET_CORE: u16 = 4;
pub const PT_LOAD: u32 = 1;
pub const PT_INTERP: u32 = 3;
const SHT_SYMTAB: u32 = 2;
const SHT_STRTAB: u32 = 3;

impl Ph {
    pub fn load(address: u64, bytes: &[u8]) -> Self {
        Self {
            p_type: PT_LOAD,
            flags: 5,
            vaddr: address,
            paddr: address,
            bytes: bytes.to_vec(),
            file_size: None,
            mem_size: None,
            offset: None,
        }
    }

    pub fn mem_size(mut self, size: u64) -> Self {
        self.mem_size = Some(size);
        self
    }
}

/// One segment of two NOPs at 0x4008_0000.
pub fn elf() -> Elf {
    Elf {
        class: 2,
        data: 1,
        version: 1,
        elf_type: ET_EXEC,
        machine: 183,
        entry: 0x4008_0000,
        phentsize: 56,
        segments: vec![Ph::load(0x4008_0000, &[NOP, NOP].concat())],
        symbols: Vec::new(),
    }
}

struct Section {
    sh_type: u32,
    offset: u64,
    size: u64,
    link: u32,
    entry_size: u64,
}

impl Elf {
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub fn build(&self) -> Vec<u8> {
        let body_at = 64 + 56 * self.segments.len() as u64;
        let mut headers = Vec::new();
        let mut body = Vec::new();
        for ph in &self.segments {
            let offset = ph.offset.unwrap_or(body_at + body.len() as u64);
            let file_size = ph.file_size.unwrap_or(ph.bytes.len() as u64);
            headers.extend(ph.p_type.to_le_bytes());
            headers.extend(ph.flags.to_le_bytes());
            for word in [offset, ph.vaddr, ph.paddr, file_size, ph.mem_size.unwrap_or(file_size), 8] {
                headers.extend(word.to_le_bytes());
            }
            body.extend(&ph.bytes);
        }
        let sections = self.sections(body_at, &mut body);
        let shoff = if sections.is_empty() { 0 } else { body_at + body.len() as u64 };
        let mut file = self.header(shoff, sections.len() as u16);
        file.extend(headers);
        file.extend(body);
        for section in &sections {
            file.extend(section.bytes());
        }
        file
    }

    /// Appends symbols and their strings to the body; no symbols, no sections.
    fn sections(&self, body_at: u64, body: &mut Vec<u8>) -> Vec<Section> {
        if self.symbols.is_empty() {
            return Vec::new();
        }
        let mut strings = vec![0u8];
        let symbols_at = body_at + body.len() as u64;
        let start = body.len();
        body.extend([0u8; 24]);
        for (name, value, size) in &self.symbols {
            body.extend((strings.len() as u32).to_le_bytes());
            let binding = if name.starts_with('.') { 0x02 } else { 0x12 };
            body.extend([binding, 0, 1, 0]); // a function, local or global, defined in section 1
            body.extend(value.to_le_bytes());
            body.extend(size.to_le_bytes());
            strings.extend(name.as_bytes());
            strings.push(0);
        }
        let symbols_size = (body.len() - start) as u64;
        let strings_at = body_at + body.len() as u64;
        body.extend(&strings);
        vec![
            Section { sh_type: 0, offset: 0, size: 0, link: 0, entry_size: 0 },
            Section { sh_type: SHT_SYMTAB, offset: symbols_at, size: symbols_size, link: 2, entry_size: 24 },
            Section { sh_type: SHT_STRTAB, offset: strings_at, size: strings.len() as u64, link: 0, entry_size: 0 },
        ]
    }

    fn header(&self, shoff: u64, shnum: u16) -> Vec<u8> {
        let half = |value: u16| {
            if self.data == 2 { value.to_be_bytes() } else { value.to_le_bytes() }
        };
        let mut file = vec![0x7f, b'E', b'L', b'F', self.class, self.data, self.version, 0];
        file.resize(16, 0);
        file.extend(half(self.elf_type));
        file.extend(half(self.machine));
        file.extend(1u32.to_le_bytes());
        file.extend(self.entry.to_le_bytes());
        file.extend((if self.segments.is_empty() { 0u64 } else { 64 }).to_le_bytes());
        file.extend(shoff.to_le_bytes());
        file.extend(0u32.to_le_bytes());
        for value in [64, self.phentsize, self.segments.len() as u16, 64, shnum, 0] {
            file.extend(half(value));
        }
        file
    }
}

impl Section {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(0u32.to_le_bytes());
        bytes.extend(self.sh_type.to_le_bytes());
        for word in [0, 0, self.offset, self.size] {
            bytes.extend(u64::to_le_bytes(word));
        }
        bytes.extend(self.link.to_le_bytes());
        bytes.extend(0u32.to_le_bytes());
        bytes.extend(1u64.to_le_bytes());
        bytes.extend(self.entry_size.to_le_bytes());
        bytes
    }
}

/// A Linux `Image` of `len` bytes with the given header fields.
pub fn image(text_offset: u64, image_size: u64, flags: u64, len: usize) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(0x1400_0010u32.to_le_bytes()); // b .+64
    file.extend(0u32.to_le_bytes());
    for word in [text_offset, image_size, flags, 0, 0, 0] {
        file.extend(word.to_le_bytes());
    }
    file.extend(b"ARM\x64");
    file.extend(0u32.to_le_bytes());
    file.resize(len.max(64), 0x1f);
    file
}

/// Device tree tokens, in the order given.
#[derive(Clone)]
pub enum Token {
    Begin(&'static str),
    Prop(&'static str, Vec<u8>),
    Nop,
    EndNode,
    End,
    Raw(u32),
}

/// `/ { compatible = "test"; memory@40000000 { reg = <..>; }; };`
pub fn small_tree() -> Vec<Token> {
    vec![
        Token::Begin(""),
        Token::Prop("compatible", b"test\0".to_vec()),
        Token::Nop,
        Token::Begin("memory@40000000"),
        Token::Prop("reg", [0u32, 0x4000_0000, 0, 0x400_0000].iter().flat_map(|c| c.to_be_bytes()).collect()),
        Token::EndNode,
        Token::EndNode,
        Token::End,
    ]
}

/// Header (version 17), one reservation, structure, strings.
pub fn dtb(tokens: &[Token]) -> Vec<u8> {
    let mut strings = Vec::new();
    let mut structure = Vec::new();
    let pad = |bytes: &mut Vec<u8>| bytes.resize(bytes.len().next_multiple_of(4), 0);
    for token in tokens {
        match token {
            Token::Begin(name) => {
                structure.extend(1u32.to_be_bytes());
                structure.extend(name.as_bytes());
                structure.push(0);
                pad(&mut structure);
            }
            Token::Prop(name, value) => {
                for word in [3, value.len() as u32, strings.len() as u32] {
                    structure.extend(word.to_be_bytes());
                }
                structure.extend(value);
                pad(&mut structure);
                strings.extend(name.as_bytes());
                strings.push(0);
            }
            Token::Nop => structure.extend(4u32.to_be_bytes()),
            Token::EndNode => structure.extend(2u32.to_be_bytes()),
            Token::End => structure.extend(9u32.to_be_bytes()),
            Token::Raw(word) => structure.extend(word.to_be_bytes()),
        }
    }
    let (structure_at, strings_at) = (40 + 32, 40 + 32 + structure.len() as u32);
    let total = strings_at + strings.len() as u32;
    let mut blob = Vec::new();
    for word in [0xd00d_feed, total, structure_at, strings_at, 40, 17, 16, 0, strings.len() as u32, structure.len() as u32] {
        blob.extend(word.to_be_bytes());
    }
    for word in [0x4100_0000u64, 0x1000, 0, 0] {
        blob.extend(word.to_be_bytes());
    }
    blob.extend(structure);
    blob.extend(strings);
    blob
}
