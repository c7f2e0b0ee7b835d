//! The graphics card, as far as this room needs it.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, Waker};

use eframe::egui::{self, Id};
use eframe::egui_wgpu::{RenderState, WgpuSetup};
use eframe::wgpu::{
    self, BindGroupLayout, BindingType, BlendComponent, BlendFactor, BlendOperation, BlendState, PrimitiveTopology,
    RenderPipeline, ShaderStages, TextureFormat, TextureFormatFeatureFlags, TextureUsages, VertexAttribute,
};

/// What the cells of a density's field are. Half of single precision could be added up by every graphics card, but sums of
/// hundreds of points in a cell would be some percent too low.
pub(super) const FIELD: TextureFormat = TextureFormat::R32Float;

/// Shaders that paint on screen, with their end: how a colour gets there.
const MARKS: &str = concat!(include_str!("../../shaders/marks.wgsl"), include_str!("../../shaders/on_screen.wgsl"));
const DENSITY: &str =
    concat!(include_str!("../../shaders/density_paint.wgsl"), include_str!("../../shaders/on_screen.wgsl"));

/// Set to "off", everything is drawn without pipelines of our own.
const VARIABLE: &str = "SCHOOLBENCH_GPU";

/// A graphics card with what is needed to draw marks and densities. Cheap to clone.
///
/// It fits a window without multisampling and without a depth buffer, as eframe opens one unless it is told otherwise.
#[derive(Clone)]
pub struct Device(pub(super) Arc<Pipelines>);

/// The pipelines, and how their data is bound.
pub(super) struct Pipelines {
    /// Of marks of any kind, and of circles without outline and ring.
    pub marks: [RenderPipeline; 2],
    /// The same, where corners can look up their mark themselves.
    pub pulled_marks: Option<[RenderPipeline; 2]>,
    /// Adds points up; none where the graphics card does not add up numbers of single precision.
    pub spread: Option<RenderPipeline>,
    pub smooth: RenderPipeline,
    pub peak: RenderPipeline,
    pub density: RenderPipeline,
    pub of_marks: BindGroupLayout,
    pub of_pulled_marks: BindGroupLayout,
    pub of_smooth: BindGroupLayout,
    pub of_peak: BindGroupLayout,
    pub of_density: BindGroupLayout,
    name: String,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Device").field(&self.0.name).finish()
    }
}

impl Device {
    /// The graphics card of a window. None where the environment says `SCHOOLBENCH_GPU=off`, where it cannot draw into
    /// a picture of floating-point numbers, and where a pipeline cannot be made.
    pub fn new(state: &RenderState) -> Option<Self> {
        if std::env::var(VARIABLE).is_ok_and(|word| word.eq_ignore_ascii_case("off")) {
            tracing::info!("{VARIABLE} is off: charts are drawn without pipelines of their own");
            return None;
        }
        let usages = TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING;
        if !can(state, usages, TextureFormatFeatureFlags::empty()) {
            tracing::info!("this graphics card does not draw floating-point numbers: charts are drawn without it");
            return None;
        }
        let scope = state.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let pipelines = Pipelines::new(state);
        let error = now(scope.pop());
        match error {
            Some(None) => Some(Self(Arc::new(pipelines))),
            Some(Some(error)) => {
                tracing::warn!("charts are drawn without pipelines of their own: {error}");
                None
            }
            None => None,
        }
    }

    /// Has a window that is going to be opened ask its graphics card for what is useful here, where that has it.
    pub fn ask(setup: &mut WgpuSetup) {
        let WgpuSetup::CreateNew(setup) = setup else { return };
        let usual = Arc::clone(&setup.device_descriptor);
        setup.device_descriptor = Arc::new(move |adapter| {
            let mut asked = usual(adapter);
            asked.required_features |= adapter.features() & wgpu::Features::FLOAT32_BLENDABLE;
            asked
        });
    }

    /// Lets everything that is drawn in this context use the graphics card, where there is one that can be used.
    pub fn install(ctx: &egui::Context, state: Option<&RenderState>) {
        let device = state.and_then(Self::new);
        ctx.data_mut(|data| data.insert_temp(Id::NULL, Installed(device)));
    }

    /// The graphics card that was installed; none where everything is to be drawn without.
    pub fn of(ctx: &egui::Context) -> Option<Self> {
        ctx.data(|data| data.get_temp::<Installed>(Id::NULL)).and_then(|installed| installed.0)
    }

    /// What the graphics card or the driver calls itself.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether the corners of marks look up their mark themselves; else each mark is an instance.
    pub fn pulls_marks(&self) -> bool {
        self.0.pulled_marks.is_some()
    }

    /// Whether it adds up the points of a density itself. Few can, and only where the window asked for it.
    pub fn adds_up(&self) -> bool {
        self.0.spread.is_some()
    }
}

#[derive(Debug, Clone)]
struct Installed(Option<Device>);

/// Whether a field can be used so: by what the graphics card does, and by what the window asked it for.
fn can(state: &RenderState, usages: TextureUsages, flags: TextureFormatFeatureFlags) -> bool {
    let by_adapter = state.adapter.get_texture_format_features(FIELD);
    let by_device = FIELD.guaranteed_format_features(state.device.features());
    let is_in = |of: &wgpu::TextureFormatFeatures| of.allowed_usages.contains(usages) && of.flags.contains(flags);
    [by_adapter, by_device].iter().all(is_in)
}

/// What a future gives that is ready; on a desktop those of wgpu are.
fn now<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Task::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// What a pipeline differs in.
#[derive(Clone, Copy)]
struct Kind<'a> {
    name: &'static str,
    code: &'static str,
    vertex: &'static str,
    fragment: &'static str,
    constants: &'static [(&'static str, f64)],
    bound: Option<&'a BindGroupLayout>,
    /// Bytes per instance, and what they are.
    instance: Option<(u64, &'a [VertexAttribute])>,
    topology: PrimitiveTopology,
    target: TextureFormat,
    blend: Option<BlendState>,
}

impl Pipelines {
    fn new(state: &RenderState) -> Self {
        let device = &state.device;
        let screen = state.target_format;
        let on_screen = if screen.is_srgb() { "linear" } else { "gamma" };
        let (uniform, texture) = (uniform(), texture());
        let of_marks = layout(device, &[(uniform, ShaderStages::VERTEX_FRAGMENT)]);
        let can_pull = device.limits().max_storage_buffers_per_shader_stage > 0
            && state.adapter.get_downlevel_capabilities().flags.contains(wgpu::DownlevelFlags::VERTEX_STORAGE);
        let of_pulled_marks = if can_pull {
            layout(device, &[(uniform, ShaderStages::VERTEX_FRAGMENT), (words(), ShaderStages::VERTEX)])
        } else {
            of_marks.clone()
        };
        let of_smooth = layout(device, &[(texture, ShaderStages::FRAGMENT), (uniform, ShaderStages::FRAGMENT)]);
        let of_peak = layout(device, &[(texture, ShaderStages::FRAGMENT)]);
        let of_density = layout(
            device,
            &[
                (uniform, ShaderStages::VERTEX_FRAGMENT),
                (texture, ShaderStages::FRAGMENT),
                (texture, ShaderStages::VERTEX),
                (texture, ShaderStages::FRAGMENT),
            ],
        );
        // As egui blends: colours are multiplied by their alpha.
        let over = BlendState {
            color: BlendComponent {
                src_factor: BlendFactor::One,
                dst_factor: BlendFactor::OneMinusSrcAlpha,
                operation: BlendOperation::Add,
            },
            alpha: BlendComponent {
                src_factor: BlendFactor::OneMinusDstAlpha,
                dst_factor: BlendFactor::One,
                operation: BlendOperation::Add,
            },
        };
        let sum = BlendComponent {
            src_factor: BlendFactor::One,
            dst_factor: BlendFactor::One,
            operation: BlendOperation::Add,
        };
        let of_mark = wgpu::vertex_attr_array![
            0 => Float32x2, 1 => Float32x2, 2 => Float32, 3 => Float32, 4 => Uint32, 5 => Uint32, 6 => Uint32
        ];
        let of_point = wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32];
        let within = |name, code, fragment, bound| Kind {
            name,
            code,
            vertex: "corner",
            fragment,
            constants: &[],
            bound: Some(bound),
            instance: None,
            topology: PrimitiveTopology::TriangleStrip,
            target: FIELD,
            blend: None,
        };
        let marks = Kind {
            instance: Some((super::marks::BYTES, &of_mark)),
            topology: PrimitiveTopology::TriangleList,
            target: screen,
            blend: Some(over),
            ..within("marks", MARKS, on_screen, &of_marks)
        };
        let pulled = Kind { vertex: "pulled", bound: Some(&of_pulled_marks), instance: None, ..marks };
        let all_and_bare =
            |of: Kind<'_>| [of, Kind { constants: &[("BARE", 1.0)], ..of }].map(|of| pipeline(device, &of));
        let spread = Kind {
            bound: None,
            instance: Some((super::density::BYTES, &of_point)),
            blend: Some(BlendState { color: sum, alpha: sum }),
            ..within("spread", include_str!("../../shaders/density_spread.wgsl"), "spread", &of_peak)
        };
        let smooth = within("smooth", include_str!("../../shaders/density_smooth.wgsl"), "smoothed", &of_smooth);
        let peak = within("peak", include_str!("../../shaders/density_peak.wgsl"), "peak", &of_peak);
        let density = Kind { target: screen, blend: Some(over), ..within("density", DENSITY, on_screen, &of_density) };
        Self {
            marks: all_and_bare(marks),
            pulled_marks: can_pull.then(|| all_and_bare(pulled)),
            spread: can(state, TextureUsages::empty(), TextureFormatFeatureFlags::BLENDABLE)
                .then(|| pipeline(device, &spread)),
            smooth: pipeline(device, &smooth),
            peak: pipeline(device, &peak),
            density: pipeline(device, &density),
            of_marks,
            of_pulled_marks,
            of_smooth,
            of_peak,
            of_density,
            name: state.adapter.get_info().name,
        }
    }
}

fn uniform() -> BindingType {
    BindingType::Buffer { ty: wgpu::BufferBindingType::Uniform, has_dynamic_offset: false, min_binding_size: None }
}

fn words() -> BindingType {
    let ty = wgpu::BufferBindingType::Storage { read_only: true };
    BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None }
}

fn texture() -> BindingType {
    BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Float { filterable: false },
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    }
}

/// Bindings from 0 on.
fn layout(device: &wgpu::Device, bindings: &[(BindingType, ShaderStages)]) -> BindGroupLayout {
    let entries: Vec<wgpu::BindGroupLayoutEntry> = (0..)
        .zip(bindings)
        .map(|(binding, (ty, visibility))| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: *visibility,
            ty: *ty,
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: None, entries: &entries })
}

/// What is bound in a layout, from 0 on.
pub(super) fn bind(
    device: &wgpu::Device,
    layout: &BindGroupLayout,
    all: &[wgpu::BindingResource<'_>],
) -> wgpu::BindGroup {
    let entries: Vec<wgpu::BindGroupEntry<'_>> = (0..)
        .zip(all)
        .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource: resource.clone() })
        .collect();
    device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout, entries: &entries })
}

fn pipeline(device: &wgpu::Device, kind: &Kind<'_>) -> RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(kind.name),
        source: wgpu::ShaderSource::Wgsl(kind.code.into()),
    });
    let bound: Vec<Option<&BindGroupLayout>> = kind.bound.map(Some).into_iter().collect();
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(kind.name),
        bind_group_layouts: &bound,
        immediate_size: 0,
    });
    let constants = || wgpu::PipelineCompilationOptions {
        constants: kind.constants,
        ..wgpu::PipelineCompilationOptions::default()
    };
    let instance = kind.instance.map(|(array_stride, attributes)| wgpu::VertexBufferLayout {
        array_stride,
        step_mode: wgpu::VertexStepMode::Instance,
        attributes,
    });
    let buffers: Vec<Option<wgpu::VertexBufferLayout<'_>>> = instance.map(Some).into_iter().collect();
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(kind.name),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some(kind.vertex),
            compilation_options: constants(),
            buffers: &buffers,
        },
        primitive: wgpu::PrimitiveState { topology: kind.topology, ..wgpu::PrimitiveState::default() },
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some(kind.fragment),
            compilation_options: constants(),
            targets: &[Some(wgpu::ColorTargetState {
                format: kind.target,
                blend: kind.blend,
                write_mask: wgpu::ColorWrites::ALL,
            })],
        }),
        multiview_mask: None,
        cache: None,
    })
}
