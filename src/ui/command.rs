//! What the program can be told to do: one list for menu, shortcuts and palette.

use eframe::egui::{Context, Key, KeyboardShortcut, Modifiers, PointerButton};

use super::view::{Kind, Place};

/// Something the program can be told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    OpenWorkspace,
    NewWorkspace,
    AddFiles,
    OpenDemo,
    OpenPublic,
    CloseWorkspace,
    OpenView,
    SaveView,
    /// The administration: groups, people and permission.
    Administration,
    /// The administration in a window of its own, or back.
    AdministrationApart,
    /// Gives a workspace without people its first administrator.
    BeginPeople,
    ChangePassword,
    SignOut,
    Go(Place),
    Back,
    Forward,
    Undo,
    Redo,
    ClearFilter,
    ClearSelection,
    SelectGroup,
    ToggleLink,
    /// Adds a panel of a kind to the dashboard.
    Add(Kind),
    ResetLayout,
    ThemeLight,
    ThemeDark,
    ThemeSystem,
    ZoomIn,
    ZoomOut,
    ZoomReset,
    FullScreen,
    /// How long questions took, and the memory: opens or closes it.
    Diagnostics,
    Palette,
    Cancel,
    Quit,
}

/// What a command needs to make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// A workspace is open, and nobody has to sign in first.
    pub open: bool,
    /// A load is running.
    pub loading: bool,
    pub can_go_back: bool,
    pub can_go_forward: bool,
    pub can_undo: bool,
    pub can_redo: bool,
    pub filtered: bool,
    pub selected: bool,
    /// The workspace has people.
    pub has_people: bool,
    /// Somebody is signed in.
    pub signed_in: bool,
}

const fn with(modifiers: Modifiers, key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(modifiers, key))
}

impl Command {
    /// Every command, in the order of the palette.
    pub fn all() -> impl Iterator<Item = Self> {
        let files = [
            Self::OpenWorkspace,
            Self::NewWorkspace,
            Self::AddFiles,
            Self::OpenDemo,
            Self::OpenPublic,
            Self::CloseWorkspace,
            Self::OpenView,
            Self::SaveView,
            Self::Administration,
            Self::AdministrationApart,
            Self::BeginPeople,
            Self::ChangePassword,
            Self::SignOut,
        ];
        let view = [
            Self::Back,
            Self::Forward,
            Self::Undo,
            Self::Redo,
            Self::ClearFilter,
            Self::ClearSelection,
            Self::SelectGroup,
            Self::ToggleLink,
        ];
        let window = [
            Self::ResetLayout,
            Self::ThemeLight,
            Self::ThemeDark,
            Self::ThemeSystem,
            Self::ZoomIn,
            Self::ZoomOut,
            Self::ZoomReset,
            Self::FullScreen,
            Self::Diagnostics,
            Self::Palette,
            Self::Cancel,
            Self::Quit,
        ];
        let places = Place::ALL.map(Self::Go);
        files.into_iter().chain(places).chain(view).chain(Kind::ALL.map(Self::Add)).chain(window)
    }

    /// The command's name, and what it does where the name does not say it all.
    pub fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::OpenWorkspace => ("Open workspace…", "Open a workspace file"),
            Self::NewWorkspace => ("New workspace from files…", "Load published tables or result files into a new one"),
            Self::AddFiles => ("Add files…", "Load more tables or result files into this workspace"),
            Self::OpenDemo => ("Open the demo", "A made-up authority: no pupil in it is real"),
            Self::OpenPublic => {
                ("Open England's published tables", "Real schools: key stage 4 of England, key stage 2 of Hampshire")
            }
            Self::CloseWorkspace => ("Close workspace", "Back to the first screen"),
            Self::OpenView => ("Open view…", "Show what a saved view shows"),
            Self::SaveView => ("Save view as…", "Save groups, filters and panels as a TOML file"),
            Self::Administration => ("Administration", "Groups, people and permission: who sees what"),
            Self::AdministrationApart => {
                ("Administration in its own window", "Beside the results, or back in this window")
            }
            Self::BeginPeople => ("Set up people…", "Make the first administrator: then everybody signs in"),
            Self::ChangePassword => ("Change password…", "Choose another password of your own"),
            Self::SignOut => ("Sign out", "Let somebody else sign in; in the demo, see everything again"),
            Self::Go(place) => (place.title(), place.about()),
            Self::Back => ("Back", "To what was looked at before"),
            Self::Forward => ("Forward", "To what was looked at after it"),
            Self::Undo => ("Undo", "Take back the last change of the view"),
            Self::Redo => ("Redo", "Make the change again"),
            Self::ClearFilter => ("Clear the filter", "Show all pupils"),
            Self::ClearSelection => ("Clear the selection", "Select no school"),
            Self::SelectGroup => ("Make the selected schools the group", "Show the selected schools as a group"),
            Self::ToggleLink => ("Link panels to the selection", "Tiles and trends show the selected schools"),
            Self::Add(kind) => kind.adding(),
            Self::ResetLayout => ("Reset layout", "Put the panels where they stood at first"),
            Self::ThemeLight => ("Light", "Dark on light"),
            Self::ThemeDark => ("Dark", "Light on dark"),
            Self::ThemeSystem => ("As the system", "Light or dark as the system is"),
            Self::ZoomIn => ("Larger", "Everything larger"),
            Self::ZoomOut => ("Smaller", "Everything smaller"),
            Self::ZoomReset => ("Usual size", "Everything as large as at first"),
            Self::FullScreen => ("Full screen", "Fill the screen, or not"),
            Self::Diagnostics => {
                ("Diagnostics", "How long questions took and where, with their SQL; memory and its limit")
            }
            Self::Palette => ("Find anything…", "Commands, groups, schools, subjects, panels, pupil groups"),
            Self::Cancel => ("Cancel", "Stop the load, close what is open, or clear the selection"),
            Self::Quit => ("Quit", "End the program"),
        }
    }

    /// The keys that give the command.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        let alt = Modifiers::ALT;
        let (ctrl, ctrl_shift) = (Modifiers::COMMAND, Modifiers::COMMAND.plus(Modifiers::SHIFT));
        match self {
            Self::OpenWorkspace => with(ctrl, Key::O),
            Self::NewWorkspace => with(ctrl, Key::N),
            Self::AddFiles => with(ctrl_shift, Key::O),
            Self::SaveView => with(ctrl, Key::S),
            Self::Administration => with(ctrl, Key::Num6),
            Self::Go(Place::Overview) => with(ctrl, Key::Num1),
            Self::Go(Place::Subjects) => with(ctrl, Key::Num2),
            Self::Go(Place::Subject) => with(ctrl, Key::Num3),
            Self::Go(Place::Schools) => with(ctrl, Key::Num4),
            Self::Go(Place::Workbench) => with(ctrl, Key::Num5),
            Self::Back => with(alt, Key::ArrowLeft),
            Self::Forward => with(alt, Key::ArrowRight),
            Self::Undo => with(ctrl, Key::Z),
            Self::Redo => with(ctrl_shift, Key::Z),
            Self::ClearFilter => with(ctrl_shift, Key::F),
            Self::SelectGroup => with(ctrl, Key::G),
            Self::ToggleLink => with(ctrl, Key::L),
            Self::ZoomIn => with(ctrl, Key::Plus),
            Self::ZoomOut => with(ctrl, Key::Minus),
            Self::ZoomReset => with(ctrl, Key::Num0),
            Self::FullScreen => with(Modifiers::NONE, Key::F11),
            Self::Diagnostics => with(ctrl_shift, Key::D),
            Self::Palette => with(ctrl, Key::K),
            Self::Cancel => with(Modifiers::NONE, Key::Escape),
            Self::Quit => with(ctrl, Key::Q),
            Self::OpenDemo
            | Self::OpenPublic
            | Self::CloseWorkspace
            | Self::OpenView
            | Self::AdministrationApart
            | Self::BeginPeople
            | Self::ChangePassword
            | Self::SignOut
            | Self::ClearSelection
            | Self::Add(_)
            | Self::ResetLayout
            | Self::ThemeLight
            | Self::ThemeDark
            | Self::ThemeSystem => None,
        }
    }

    /// Whether the command makes sense now.
    pub fn is_enabled(self, now: &Situation) -> bool {
        match self {
            Self::OpenWorkspace | Self::NewWorkspace | Self::OpenDemo | Self::OpenPublic => !now.loading,
            Self::AddFiles | Self::CloseWorkspace => now.open && !now.loading,
            Self::OpenView | Self::SaveView | Self::Add(_) | Self::Go(_) | Self::ResetLayout => now.open,
            Self::Administration => now.open,
            Self::AdministrationApart => now.open && now.has_people,
            Self::BeginPeople => now.open && !now.has_people,
            Self::ChangePassword | Self::SignOut => now.signed_in,
            Self::Back => now.can_go_back,
            Self::Forward => now.can_go_forward,
            Self::Undo => now.can_undo,
            Self::Redo => now.can_redo,
            Self::ClearFilter => now.filtered,
            Self::ClearSelection | Self::SelectGroup => now.selected,
            Self::ToggleLink | Self::Diagnostics => now.open,
            Self::ThemeLight
            | Self::ThemeDark
            | Self::ThemeSystem
            | Self::ZoomIn
            | Self::ZoomOut
            | Self::ZoomReset
            | Self::FullScreen
            | Self::Palette
            | Self::Cancel
            | Self::Quit => true,
        }
    }

    /// The commands whose keys were pressed. Longer combinations first: Ctrl+Shift+Z is not Ctrl+Z.
    pub fn pressed(ctx: &Context) -> Vec<Self> {
        let mut keyed: Vec<(Self, KeyboardShortcut)> =
            Self::all().filter_map(|command| Some((command, command.shortcut()?))).collect();
        keyed.sort_by_key(|(_, shortcut)| !shortcut.modifiers.shift);
        ctx.input_mut(|input| {
            keyed.retain(|(command, shortcut)| {
                // Larger is Ctrl and the plus key, which on some keyboards is the shifted equals key.
                let also = *command == Self::ZoomIn && input.consume_key(Modifiers::COMMAND, Key::Equals);
                also || input.consume_shortcut(shortcut)
            });
        });
        let buttons = [(PointerButton::Extra1, Self::Back), (PointerButton::Extra2, Self::Forward)];
        let pressed =
            buttons.into_iter().filter(|(button, _)| ctx.input(|input| input.pointer.button_pressed(*button)));
        keyed.into_iter().map(|(command, _)| command).chain(pressed.map(|(_, command)| command)).collect()
    }
}
